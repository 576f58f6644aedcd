"""Who owns the release: calls between two circuits of ours under each control (GB 3971.2-83, 复原控制)."""

import asyncio
from dataclasses import replace

import pytest
from tests.switch.china1_ends import CLEAR_S, Ends, ringing, talking

from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL, Profile, load_profile
from kmcc.switch.circuit import (
    AnswerIndication,
    Cause,
    CircuitState,
    Indication,
    OperatorIndication,
    OperatorWish,
    ReleaseIndication,
    ResumeIndication,
    SuspendIndication,
)
from kmcc.switch.circuit import MeterIndication as Meter
from kmcc.switch.errors import SwitchError

PLAIN = LineRules()
AWAY_AND_BACK: tuple[Indication, ...] = (SuspendIndication(), ResumeIndication())
HUNG_UP, CALLER_GONE = ReleaseIndication(Cause.CALLED_HUNG_UP), ReleaseIndication(Cause.CALLER_HUNG_UP)


def under(control: Control, rules: LineRules = PLAIN) -> Profile:
    return replace(LOCAL, line=replace(rules, control=control))


def is_idle(ends: Ends) -> bool:
    return ends.out.state is ends.into.state is CircuitState.IDLE


@pytest.mark.parametrize("control", [Control.NONE, Control.CALLED])
def test_the_called_party_releases_at_once(control: Control, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair, profile=under(control))
        await talking(ends)
        ends.into.suspend()
        await asyncio.sleep(CLEAR_S)
        assert HUNG_UP in ends.out_told
        assert is_idle(ends)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("control", [Control.NONE, Control.CALLING])
def test_the_calling_party_releases_at_once(control: Control, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair, profile=under(control))
        await talking(ends)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert CALLER_GONE in ends.in_told
        assert is_idle(ends)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("times", [1, 3])
def test_re_answer_keeps_the_call(times: int, e1_pair: E1Pair, clock: Clock) -> None:
    """Caller control: states 5 and 6, and again."""

    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.CALLING))
        await talking(ends)
        for _ in range(times):
            ends.into.suspend()
            await asyncio.sleep(40.0)
            ends.into.answer()
            await asyncio.sleep(0.2)
        answered = ends.out_told.index(AnswerIndication())
        assert ends.out_told[answered + 1 :] == [*AWAY_AND_BACK] * times
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert is_idle(ends)
        assert ends.alarms() == []

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("ms", [60_000, 90_000, 120_000])
def test_the_supervision_of_re_answer_ends_the_call(ms: int, e1_pair: E1Pair, clock: Clock) -> None:
    profile = load_profile({"timers": {"reanswer": ms}}, under(Control.CALLING))

    async def main() -> None:
        ends = Ends(e1_pair, profile=profile)
        await talking(ends)
        ends.into.suspend()
        await asyncio.sleep(ms / 1000 - 0.5)
        assert ends.out_told[-1] == SuspendIndication()
        await asyncio.sleep(1.0 + CLEAR_S)
        assert HUNG_UP in ends.out_told
        assert is_idle(ends)
        assert ends.alarms() == []

    clock(main(), e1_pair.frames)


def test_the_caller_hangs_up_while_the_called_party_is_away(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.CALLING))
        await talking(ends)
        ends.into.suspend()
        await asyncio.sleep(1.0)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert is_idle(ends)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(("kd", "is_held"), [(3, True), (2, False)], ids=["local", "toll"])
def test_kb6_gives_the_caller_the_control_of_one_local_call(
    kd: int, is_held: bool, e1_pair: E1Pair, clock: Clock
) -> None:
    """The called end's group is under caller control and says so by KB; the calling end's group has no control."""
    near = replace(LOCAL, kd=kd)

    async def main() -> None:
        ends = Ends(e1_pair, profile=near, far_profile=under(Control.CALLING))
        await talking(ends)
        ends.into.suspend()
        await asyncio.sleep(CLEAR_S)
        assert (SuspendIndication() in ends.out_told) is is_held
        assert is_idle(ends) is not is_held

    clock(main(), e1_pair.frames)


def test_the_called_party_holds_the_caller(e1_pair: E1Pair, clock: Clock) -> None:
    """Called control: state 8 lasts, the caller may lift again, and is released when the called party hangs up."""

    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.CALLED))
        await talking(ends)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(30.0)
        assert ends.out.state is ends.into.state is CircuitState.BUSY
        ends.out.resume()
        await asyncio.sleep(1.0)
        assert tuple(ends.in_told[-2:]) == AWAY_AND_BACK
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(1.0)
        ends.into.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert is_idle(ends)
        assert ends.alarms() == []

    clock(main(), e1_pair.frames)


def test_nobody_is_held_for_ever(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.CALLED))
        await talking(ends)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(LOCAL.ms("called_hold") / 1000 + CLEAR_S)
        assert ends.in_told[-2] == CALLER_GONE
        assert is_idle(ends)

    clock(main(), e1_pair.frames)


def test_operator_signals_both_ways(e1_pair: E1Pair, clock: Clock) -> None:
    """Bit c while the parties talk, and while the called party is away; each signal is heard once."""

    def wishes(told: list[Indication]) -> list[OperatorWish]:
        return [one.wish for one in told if isinstance(one, OperatorIndication)]

    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.CALLING, LineRules(operator_signals=True)))
        await talking(ends)
        ends.out.ring_operator()
        await asyncio.sleep(0.5)
        ends.into.ring_operator()
        await asyncio.sleep(0.5)
        ends.into.suspend()
        await asyncio.sleep(0.5)
        ends.out.ring_operator()
        await asyncio.sleep(0.5)
        assert wishes(ends.in_told) == [OperatorWish.FORCE_RELEASE, OperatorWish.RE_RING]
        assert wishes(ends.out_told) == [OperatorWish.RING_BACK]
        written = [entry.fields["what"] for entry in ends.journal.of("circuit.operator_signal")]
        assert written == ["force release", "ring back", "re-ring"]
        ends.into.answer()
        await asyncio.sleep(0.5)
        assert ends.out_told[-1] == ResumeIndication()
        ends.out.ring_operator()
        ends.out.release(Cause.NORMAL)  # the code that follows ends the signal
        await asyncio.sleep(CLEAR_S)
        assert is_idle(ends)
        assert ends.alarms() == []

    clock(main(), e1_pair.frames)


def test_operator_signals_that_the_profile_does_not_know(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        with pytest.raises(SwitchError, match="OperatorRing"):
            ends.out.ring_operator()
        with pytest.raises(SwitchError, match="FORCE_RELEASE"):
            ends.into.force_release()
        e1_pair.near.engine.signal(0, 0b0001)  # c = 0 from an end that has them
        await asyncio.sleep(0.2)
        assert ends.alarms() == ["line fault"]

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("stage", ["ringing", "talking"])
def test_forced_release(stage: str, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.NONE, LineRules(forced_release=True)))
        await {"ringing": ringing, "talking": talking}[stage](ends)
        ends.into.force_release()
        await asyncio.sleep(CLEAR_S)
        assert ReleaseIndication(Cause.SIGNALLING_FAILURE) in ends.out_told
        assert ends.alarms() == ["forced release by the far end"]
        assert is_idle(ends)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(("pulse_s", "units"), [(0.05, 1), (0.15, 1), (0.25, 1), (0.4, 0)])
def test_metering(pulse_s: float, units: int, e1_pair: E1Pair, clock: Clock) -> None:
    """A short 1111 within the answer is a unit, a long one is clear back."""

    async def main() -> None:
        ends = Ends(e1_pair, profile=under(Control.NONE, LineRules(metering=True)))
        await talking(ends)
        e1_pair.far.engine.signal(0, 0b1111)
        await asyncio.sleep(pulse_s)
        e1_pair.far.engine.signal(0, 0b0111)
        await asyncio.sleep(0.5)
        assert ends.out_told.count(Meter()) == units
        assert len(ends.journal.of("circuit.metering_pulse", circuit=ends.out.name)) == units
        assert (HUNG_UP in ends.out_told) is (units == 0)

    clock(main(), e1_pair.frames)
