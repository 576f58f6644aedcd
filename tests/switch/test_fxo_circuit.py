"""An exchange's line as a circuit, with an exchange's FXS at the far end: calls both ways, by pulses and by keys, every
way to clear, caller ID between the rings."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.tone import CHINA_TONES
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.analogue.profile import Answer, Dialling, FxoProfile, FxsProfile
from kmcc.signaling.analogue.wire import ToSubscriber
from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    IncompleteIndication,
    Indication,
    ProceedingIndication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.fxo_circuit import FxoCircuit
from kmcc.switch.fxs_circuit import FxsCircuit

LI = CallingParty("3190001")
OURS = "3161000"


def three_digits(digits: str) -> Verdict:
    if digits.startswith("9"):
        return Verdict.VACANT
    return Verdict.COMPLETE if len(digits) == 3 else Verdict.MORE


class Exchange:
    """Our line 0 and the exchange's port of it, with what each is told."""

    def __init__(
        self, pair: E1Pair, profile: FxoProfile | None = None, office: FxsProfile | None = None, **options: Any
    ) -> None:
        self.pair = pair
        self.ours = FxoCircuit(
            "line/1", pair.near.engine.line(0), pair.near, MemoryJournal(), number=OURS, profile=profile
        )
        self.office_journal = MemoryJournal()
        self.office = FxsCircuit(
            "office/1", pair.far.engine.line(0), pair.far, self.office_journal, office or FxsProfile(),
            number=OURS, analyse=three_digits, now=lambda: datetime(2000, 8, 15, 10, 23, tzinfo=UTC), **options,
        )  # fmt: skip
        self.told: list[Indication] = []
        self.office_told: list[Indication] = []
        self.ours.attach(self.told.append)
        self.office.attach(self.office_told.append)
        self.ours.start()
        self.office.start()

    def office_sends(self, tone: str) -> None:
        self.pair.far.engine.send_tone(self.office.port, CHINA_TONES[tone])


def test_a_call_arrives_and_is_answered(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        line.office.setup(OURS, LI)
        await asyncio.sleep(1.5)
        assert line.told == [SeizureIndication(), SetupIndication(OURS, CallingParty(None))]
        assert line.ours.state is CircuitState.BUSY
        line.ours.alert()
        line.ours.answer()
        await asyncio.sleep(0.1)
        assert line.told[2:] == [ThroughIndication(), AnswerIndication()]
        assert line.office_told == [AlertingIndication(), AnswerIndication()]
        line.ours.release(Cause.NORMAL)
        await asyncio.sleep(2.0)
        assert line.told[4:] == [IdleIndication()]
        assert line.office_told[2:] == [ReleaseIndication(Cause.CALLED_HUNG_UP), IdleIndication()]

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("delivery", ["china", "china-single", "china-dtmf", "china-dtmf-reversal"])
def test_caller_id_in_every_form(e1_pair: E1Pair, clock: Clock, delivery: str) -> None:
    async def main() -> None:
        line = Exchange(e1_pair, FxoProfile(answers_after_rings=2), FxsProfile(delivery=delivery))
        line.office.setup(OURS, LI)
        await asyncio.sleep(9.0)
        assert line.told[-1] == SetupIndication(OURS, LI)

    clock(main(), e1_pair.frames)


def test_a_caller_who_gives_up_before_and_after_the_call_was_told(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        for ringing_s, incomplete in ((0.5, 0), (2.0, 0)):
            line.told.clear()
            line.office.setup(OURS, LI)
            await asyncio.sleep(ringing_s)
            line.office.release(Cause.NORMAL)
            await asyncio.sleep(7.0)
            assert line.told[-2:] == [ReleaseIndication(Cause.CALLER_HUNG_UP), IdleIndication()]
            assert sum(isinstance(one, IncompleteIndication) for one in line.told) == incomplete

    clock(main(), e1_pair.frames)


def test_two_rings_wanted_and_only_one_came(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair, FxoProfile(answers_after_rings=2))
        line.office.setup(OURS, LI)
        await asyncio.sleep(2.0)
        line.office.release(Cause.NORMAL)
        await asyncio.sleep(7.0)
        assert line.told[1:] == [
            IncompleteIndication(OURS, CallingParty()), ReleaseIndication(Cause.CALLER_HUNG_UP), IdleIndication(),
        ]  # fmt: skip

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("dialling", Dialling)
@pytest.mark.parametrize("answer", Answer)
def test_a_call_out_is_answered_and_the_far_side_clears(
    e1_pair: E1Pair, clock: Clock, dialling: Dialling, answer: Answer
) -> None:
    async def main() -> None:
        line = Exchange(e1_pair, FxoProfile(answer=answer, dialling=dialling), FxsProfile(answer=answer))
        line.ours.setup("114", LI)
        await asyncio.sleep(6.0)
        assert line.told == [ProceedingIndication(), AlertingIndication()]
        assert line.office_told == [SeizureIndication(), SetupIndication("114", CallingParty(OURS))]
        line.office.answer()
        if answer is Answer.NONE:  # somebody speaks: not a pure tone of the plan
            e1_pair.far.engine.send_tone(line.office.port, CHINA_TONES["record_notice"])
        await asyncio.sleep(0.5)
        assert line.told[-1] == AnswerIndication()
        e1_pair.far.engine.stop_tone(line.office.port)
        line.office.release(Cause.NORMAL)
        await asyncio.sleep(6.0)
        assert line.told[3:] == [ReleaseIndication(Cause.CALLED_HUNG_UP), IdleIndication()]
        assert line.office_told[-1] == IdleIndication()

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(
    ("tone", "cause"), [("busy", Cause.BUSY), ("congestion", Cause.CONGESTION), ("vacant", Cause.VACANT_NUMBER)]
)
def test_a_tone_tells_why_it_failed(e1_pair: E1Pair, clock: Clock, tone: str, cause: Cause) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        line.ours.setup("114", LI)
        await asyncio.sleep(4.0)
        line.office_sends(tone)
        await asyncio.sleep(7.0)
        assert line.told[2:] == [ReleaseIndication(cause), IdleIndication()]

    clock(main(), e1_pair.frames)


def test_a_vacant_number_is_refused_by_the_exchange(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        line.ours.setup("911", LI)
        await asyncio.sleep(8.0)
        assert line.office_told[1:3] == [
            IncompleteIndication("9", CallingParty(OURS)), ReleaseIndication(Cause.VACANT_NUMBER),
        ]  # fmt: skip
        assert line.told[-2:] == [ReleaseIndication(Cause.BUSY), IdleIndication()]

    clock(main(), e1_pair.frames)


def test_nobody_answers(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair, FxoProfile({"answer": 5_000}))
        line.ours.setup("114", LI)
        await asyncio.sleep(12.0)
        assert line.told[-2:] == [ReleaseIndication(Cause.NO_ANSWER), IdleIndication()]

    clock(main(), e1_pair.frames)


def test_no_dial_tone(e1_pair: E1Pair, clock: Clock) -> None:
    """The exchange bars our line: it gives busy tone at once."""

    async def main() -> None:
        line = Exchange(e1_pair, office=FxsProfile(originates=False))
        line.ours.setup("114", LI)
        await asyncio.sleep(10.0)
        assert line.told == [ReleaseIndication(Cause.CONGESTION), IdleIndication()]

    clock(main(), e1_pair.frames)


def test_numbers_that_cannot_be_dialled(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        with pytest.raises(SwitchError, match=r"line/1: cannot call 11x for 3190001: .* one or more of"):
            line.ours.setup("11x", LI)
        assert line.ours.state is CircuitState.IDLE

    clock(main(), e1_pair.frames)


def test_a_call_that_arrives_as_we_seize_is_a_double_seizure(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        e1_pair.far.engine.signal(line.office.port, int(ToSubscriber.RING))
        await asyncio.sleep(0.05)
        line.ours.setup("114", LI)
        assert line.told == [ReleaseIndication(Cause.DOUBLE_SEIZURE)]
        e1_pair.far.engine.signal(line.office.port, int(ToSubscriber.NORMAL))
        await asyncio.sleep(0.05)
        assert line.ours.state is CircuitState.IDLE

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("when", ["idle", "talking"])
def test_the_exchange_takes_the_battery_away(e1_pair: E1Pair, clock: Clock, when: str) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        if when == "talking":
            line.office.setup(OURS, LI)
            await asyncio.sleep(1.5)
            line.ours.answer()
        line.told.clear()
        e1_pair.far.engine.signal(line.office.port, int(ToSubscriber.DEAD))
        await asyncio.sleep(0.6)
        assert line.ours.state is CircuitState.BLOCKED
        ended: list[Indication] = [ReleaseIndication(Cause.CALLER_HUNG_UP)] if when == "talking" else []
        assert line.told == [*ended, BlockingIndication(True)]
        e1_pair.far.engine.signal(line.office.port, int(ToSubscriber.NORMAL))
        await asyncio.sleep(1.5)
        assert line.told[-2:] == [BlockingIndication(False), IdleIndication()]
        line.ours.setup("114", LI)  # it is idle again

    clock(main(), e1_pair.frames)


def test_a_flash_reaches_the_exchange(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        with pytest.raises(SwitchError, match="line/1"):
            line.ours.flash()
        line.office.setup(OURS, LI)
        await asyncio.sleep(1.5)
        line.ours.answer()
        await asyncio.sleep(0.5)
        line.ours.flash()
        await asyncio.sleep(1.0)
        assert len(line.office_journal.of("line.flash")) == 1
        assert not any(isinstance(one, ReleaseIndication) for one in line.office_told)

    clock(main(), e1_pair.frames)


def test_requests_that_do_not_fit_are_refused(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        for request in (line.ours.alert, line.ours.answer):
            with pytest.raises(SwitchError, match="no call takes"):
                request()
        line.ours.release(Cause.NORMAL)
        line.ours.setup("114", LI)
        with pytest.raises(SwitchError, match="cannot call 115"):
            line.ours.setup("115", LI)
        with pytest.raises(SwitchError, match="no call takes answer"):
            line.ours.answer()

    clock(main(), e1_pair.frames)


def test_a_call_released_while_it_is_dialled_sends_no_further_key(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        heard: list[EngineEvent] = []
        line.ours.setup("1140000000000000", LI)
        await asyncio.sleep(1.0)
        line.ours.release(Cause.NORMAL)
        await asyncio.sleep(0.2)
        e1_pair.far.subscribe(line.office.port, heard.append)
        e1_pair.far.listen(line.office.port, Detect.DTMF)
        await asyncio.sleep(4.0)
        assert [event.kind for event in heard if event.kind in (EventKind.DTMF_ON, EventKind.DTMF_OFF)] == []
        assert line.told == [ProceedingIndication(), IdleIndication()]

    clock(main(), e1_pair.frames)


def test_keys_that_are_cut_off_end_the_call(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Exchange(e1_pair)
        line.ours.setup("1140000000000000", LI)
        await asyncio.sleep(1.0)
        e1_pair.near.engine.stop_play(line.ours.port)
        await asyncio.sleep(2.0)
        assert line.told[1:] == [ReleaseIndication(Cause.SIGNALLING_FAILURE), IdleIndication()]

    clock(main(), e1_pair.frames)
