"""China No.1 circuits back to back over an E1: every request in every state, and what each end is told."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.house.aftermath import assert_no_timer, until
from tests.switch.china1_ends import (
    CLEAR_S,
    LI,
    REGISTER_S,
    SETTLE_S,
    Ends,
    analyse,
    cleared,
    idle,
    kb_on,
    offered,
    ringing,
    seized,
    talking,
)

from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    Indication,
    ProceedingIndication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import SilentJournal

STATES = {f.__name__: f for f in (idle, seized, offered, kb_on, ringing, talking, cleared)}
REQUESTS: dict[str, Callable[[China1Circuit], None]] = {
    "setup": lambda circuit: circuit.setup("1000", LI),
    "alert": lambda circuit: circuit.alert(),
    "answer": lambda circuit: circuit.answer(),
}
FITS = {
    ("out", "idle", "setup"),
    ("in", "offered", "alert"),
    ("in", "offered", "answer"),
    ("in", "kb_on", "answer"),
    ("in", "ringing", "answer"),
}


@pytest.mark.parametrize("request_name", REQUESTS)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("end", ["out", "in"])
def test_a_request_that_does_not_fit_is_refused_and_changes_nothing(
    end: str, state: str, request_name: str, e1_pair: E1Pair, clock: Clock
) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await STATES[state](ends)
        circuit = ends.out if end == "out" else ends.into
        before = (circuit.state, list(ends.out_told), list(ends.in_told), len(ends.journal.entries))
        if (end, state, request_name) in FITS:
            REQUESTS[request_name](circuit)
            return
        with pytest.raises(SwitchError, match=circuit.name):
            REQUESTS[request_name](circuit)
        assert before == (circuit.state, ends.out_told, ends.in_told, len(ends.journal.entries))
        await _goes_on(ends, state)

    clock(main(), e1_pair.frames)


async def _goes_on(ends: Ends, state: str) -> None:
    """The call is where it was: from each state it can come to its normal end."""
    if state in ("seized",):
        await asyncio.sleep(REGISTER_S)
    if state in ("seized", "offered"):
        ends.into.alert()
        await asyncio.sleep(0.5)
    if state in ("seized", "offered", "kb_on", "ringing"):
        await asyncio.sleep(0.5)
        ends.into.answer()
        await asyncio.sleep(0.1)
    if state not in ("idle", "cleared"):
        assert ends.out_told[-1] == AnswerIndication()
        ends.out.release(Cause.NORMAL)
    await asyncio.sleep(CLEAR_S)
    assert ends.out.state is ends.into.state is CircuitState.IDLE


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("end", ["out", "in"])
def test_release_is_right_in_every_state_and_twice(end: str, state: str, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await STATES[state](ends)
        circuit, other = (ends.out, ends.into) if end == "out" else (ends.into, ends.out)
        circuit.release(Cause.NORMAL)
        circuit.release(Cause.NORMAL)
        if end == "in":
            await asyncio.sleep(0.5)
            ends.out.release(Cause.NORMAL)  # the caller hears it, and hangs up
        await asyncio.sleep(CLEAR_S)
        assert circuit.state is other.state is CircuitState.IDLE
        circuit.release(Cause.NORMAL)
        assert circuit.state is CircuitState.IDLE

    clock(main(), e1_pair.frames)


def test_a_call_from_end_to_end_tells_each_end_its_milestones_in_order(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        ends.into.release(Cause.NORMAL)  # clear back; without release control the caller's end clears at once
        await asyncio.sleep(CLEAR_S)
        assert ends.out_told == [
            IdleIndication(),
            ProceedingIndication(),
            AlertingIndication(),
            AnswerIndication(),
            ReleaseIndication(Cause.CALLED_HUNG_UP),
            IdleIndication(),
        ]
        assert ends.in_told == [
            IdleIndication(),
            SeizureIndication(),
            SetupIndication("1000", LI),
            ThroughIndication(),
            AnswerIndication(),
            IdleIndication(),
        ]

    clock(main(), e1_pair.frames)


def test_our_answer_is_told_when_it_is_on_the_line_and_not_before(e1_pair: E1Pair, clock: Clock) -> None:
    """The answer keeps 150 ms from the end of KB; a caller who hangs up meanwhile was not answered."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await kb_on(ends)
        await until(lambda: ThroughIndication() in ends.in_told, "the end of KB")
        ends.into.answer()
        assert AnswerIndication() not in ends.in_told
        await asyncio.sleep(0.1)
        assert AnswerIndication() not in ends.in_told
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert AnswerIndication() not in ends.in_told
        assert ReleaseIndication(Cause.CALLER_HUNG_UP) in ends.in_told

    clock(main(), e1_pair.frames)


def test_answering_with_kb_still_on_lets_kb_end_first(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await offered(ends)
        ends.into.answer()
        await asyncio.sleep(1.0)
        assert ends.in_told[-2:] == [ThroughIndication(), AnswerIndication()]
        assert ends.out_told[-2:] == [AlertingIndication(), AnswerIndication()]

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(
    ("cause", "heard"),
    [(Cause.BUSY, Cause.BUSY), (Cause.VACANT_NUMBER, Cause.VACANT_NUMBER), (Cause.CONGESTION, Cause.BUSY)],
)
def test_a_refusal_reaches_the_caller_as_kb(cause: Cause, heard: Cause, e1_pair: E1Pair, clock: Clock) -> None:
    """GB 3377-82: KB4 is busy or congestion on a local call, KB5 a vacant number."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await offered(ends)
        ends.into.release(cause)
        await asyncio.sleep(CLEAR_S + 0.5)
        assert ReleaseIndication(heard) in ends.out_told
        assert ends.out.state is ends.into.state is CircuitState.IDLE

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(
    ("called", "calling"),
    [
        ("", LI),
        ("10a0", LI),
        ("1000", CallingParty("x")),
        ("1000", CallingParty("3190001", 0)),
        ("1000", CallingParty("3190001", 16)),
    ],
)
def test_digits_that_cannot_be_sent_leave_the_circuit_idle(
    called: str, calling: CallingParty, e1_pair: E1Pair, clock: Clock
) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await idle(ends)
        with pytest.raises(SwitchError, match="out/1"):
            ends.out.setup(called, calling)
        assert ends.out.state is CircuitState.IDLE
        await _goes_on(ends, "idle")
        ends.out.setup("1000", LI)
        await asyncio.sleep(REGISTER_S)
        assert SetupIndication("1000", LI) in ends.in_told

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("release_after_s", [0.0, 0.008, 0.02, 0.05, 0.1, 0.5])
def test_a_release_before_answer_is_heard_as_busy_tone_and_cuts_no_kb(
    release_after_s: float, e1_pair: E1Pair, clock: Clock
) -> None:
    """KB is compelled: the far register must see it end in its own time before the tone begins."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await kb_on(ends)
        await asyncio.sleep(release_after_s)
        ends.into.release(Cause.NORMAL)
        await asyncio.sleep(1.0)
        assert AlertingIndication() in ends.out_told
        assert not any(isinstance(told, ReleaseIndication) for told in ends.out_told)
        ears = Ears(e1_pair.near, 0)
        assert await ears.tone("busy", 5.0)
        ears.close()
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert set(bytes(e1_pair.near.engine.span_rx(0))[1::32]) == {0xD5}

    clock(main(), e1_pair.frames)


def test_a_circuit_is_starting_then_idle_and_blocked_while_the_far_end_blocks(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        with pytest.raises(SwitchError, match="starting"):
            ends.out.setup("1000", LI)
        await idle(ends)
        assert ends.out_told == [IdleIndication()]
        e1_pair.far.engine.signal(0, 0b1111)
        await asyncio.sleep(0.1)
        assert ends.out_told[-1] == BlockingIndication(blocked=True)
        with pytest.raises(SwitchError, match="blocked"):
            ends.out.setup("1000", LI)
        e1_pair.far.engine.signal(0, 0b1011)
        await asyncio.sleep(0.1)
        assert ends.out.state is CircuitState.IDLE
        assert ends.out_told[-1] == BlockingIndication(blocked=False)

    clock(main(), e1_pair.frames)


def test_a_two_way_circuit_takes_a_call_without_an_alarm(e1_pair: E1Pair, clock: Clock) -> None:
    """Both machines watch the idle line; once one of them is seized the other one must not judge its codes."""

    async def main() -> None:
        ends = Ends(e1_pair, Use.BOTH, Use.BOTH)
        for here, there in ((ends.out, ends.in_told), (ends.into, ends.out_told)):
            await asyncio.sleep(SETTLE_S)
            here.setup("1000", LI)
            await asyncio.sleep(REGISTER_S)
            assert SetupIndication("1000", LI) in there
            here.release(Cause.NORMAL)
            await asyncio.sleep(CLEAR_S)
        assert ends.out.state is ends.into.state is CircuitState.IDLE
        assert ends.journal.of("circuit.alarm") == []

    clock(main(), e1_pair.frames)


def test_a_seizure_in_the_idle_guard_is_told_after_the_idle_of_the_call_before(e1_pair: E1Pair, clock: Clock) -> None:
    """An exchange with a shorter guard than ours seizes again at once."""
    rows = tuple(replace(row, ms=8) if row.name == "idle_guard" else row for row in LOCAL.timers)
    hasty = replace(LOCAL, timers=rows)

    async def main() -> None:
        ends = Ends(e1_pair)
        out = China1Circuit("out/2", 1, e1_pair.near, hasty, use=Use.OUTGOING, analyse=analyse, journal=SilentJournal())
        into = China1Circuit("in/2", 1, e1_pair.far, LOCAL, use=Use.INCOMING, analyse=analyse, journal=ends.journal)
        told: list[Indication] = []
        into.attach(told.append)
        out.start()
        into.start()
        await asyncio.sleep(SETTLE_S)
        out.setup("1000", LI)
        await asyncio.sleep(0.1)
        out.release(Cause.NORMAL)
        await until(lambda: out.state is CircuitState.IDLE, "the end of the short guard")
        out.setup("1000", LI)
        await asyncio.sleep(REGISTER_S)
        kinds = [type(one) for one in told[-4:]]
        assert kinds == [ReleaseIndication, IdleIndication, SeizureIndication, SetupIndication]

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("state", STATES)
def test_the_timers_of_a_call_are_gone_with_it(state: str, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await STATES[state](ends)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert_no_timer()

    clock(main(), e1_pair.frames)
