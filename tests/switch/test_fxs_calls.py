"""An extension on a pair of copper: it dials with disc and keys, flashes, is told who calls, and is locked out."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from kmcc.dsp.callerid import Caller, CallTime
from kmcc.firmware_sim.line.copper import LineCard, Pair
from kmcc.firmware_sim.people.telephone import Telephone
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.analogue.profile import Answer, FxsProfile
from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.circuit import (
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    IncompleteIndication,
    Indication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.fxs_circuit import FxsCircuit

OWN = CallingParty("8001")
LI = CallingParty("3190001")
AT = datetime(2000, 8, 15, 10, 23, tzinfo=UTC)


def plan(digits: str) -> Verdict:
    """Four digits that begin with 8; 1 and two more; 0 and what the caller likes."""
    lengths = {"8": 4, "1": 3}
    if digits[0] == "0":
        return Verdict.GOOD if len(digits) >= 3 else Verdict.MORE
    if digits[0] not in lengths:
        return Verdict.CONGESTION if digits[0] == "7" else Verdict.VACANT
    return Verdict.COMPLETE if len(digits) == lengths[digits[0]] else Verdict.MORE


class Extension:
    def __init__(self, lines: E1Pair, profile: FxsProfile | None = None, **copper: Any) -> None:
        self.journal = MemoryJournal()
        self.circuit = FxsCircuit(
            "ext/8001", lines.near.engine.line(0), lines.near, self.journal, profile or FxsProfile(),
            number="8001", analyse=plan, now=lambda: AT,
        )  # fmt: skip
        self.phone = Telephone(lines.far, lines.far.engine.line(0), **copper)
        self.told: list[Indication] = []
        self.circuit.attach(self.told.append)
        self.circuit.start()

    async def put_down(self) -> None:
        self.phone.put_down()
        await asyncio.sleep(0.8)


def test_keys(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        assert await line.phone.hears("dial", 4.0)
        await line.phone.key("8002")
        await asyncio.sleep(0.1)
        assert line.told == [SeizureIndication(), SetupIndication("8002", OWN)]
        line.circuit.alert()
        line.circuit.answer()
        assert line.told[2:] == [ThroughIndication(), AnswerIndication()]
        await line.put_down()
        assert line.told[4:] == [ReleaseIndication(Cause.CALLER_HUNG_UP), IdleIndication()]
        assert line.circuit.state is CircuitState.IDLE

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("a_second", [8, 10, 14])
@pytest.mark.parametrize("ratio", [1.3, 1.6, 2.5])
def test_the_disc_over_the_whole_range(e1_pair: E1Pair, clock: Clock, a_second: float, ratio: float) -> None:
    """GB 3378-82, seen by a board that looks once in 8 ms."""

    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        await asyncio.sleep(0.503)  # no multiple of a tick
        await line.phone.pulse("8092", a_second=a_second, ratio=ratio, gap_ms=500)
        assert line.told[1:] == [SetupIndication("8092", OWN)]

    clock(main(), e1_pair.frames)


def test_a_number_of_unknown_length_ends_by_time(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        await asyncio.sleep(0.5)
        await line.phone.key("0874")
        await asyncio.sleep(11.0)
        assert line.told[1:] == [SetupIndication("0874", OWN)]

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(
    ("number", "came", "cause"),
    [("9", "9", Cause.VACANT_NUMBER), ("7", "7", Cause.CONGESTION), ("80", "80", Cause.VACANT_NUMBER)],
)
def test_numbers_that_lead_nowhere(e1_pair: E1Pair, clock: Clock, number: str, came: str, cause: Cause) -> None:
    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        await asyncio.sleep(0.5)
        await line.phone.key(number)
        await asyncio.sleep(11.0)
        assert line.told[1:] == [IncompleteIndication(came, OWN), ReleaseIndication(cause)]
        assert await line.phone.hears("busy", 4.0)
        await line.put_down()
        assert line.told[3:] == [IdleIndication()]

    clock(main(), e1_pair.frames)


def test_put_down_while_dialling(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        await asyncio.sleep(0.5)
        await line.phone.key("80")
        await line.put_down()
        assert line.told[1:] == [
            IncompleteIndication("80", OWN), ReleaseIndication(Cause.CALLER_HUNG_UP), IdleIndication(),
        ]  # fmt: skip

    clock(main(), e1_pair.frames)


def test_forgotten_off_the_hook(e1_pair: E1Pair, clock: Clock) -> None:
    """Dial tone 15 s, busy tone 40 s, howler 60 s, lock-out (GB 3380-82)."""

    async def main() -> None:
        line = Extension(e1_pair)
        line.phone.lift()
        await asyncio.sleep(16.0)
        assert await line.phone.hears("busy", 4.0)
        await asyncio.sleep(100.0)
        assert line.journal.of("alarm.line_locked_out", circuit="ext/8001")
        with pytest.raises(SwitchError, match="the line is in use"):
            line.circuit.setup("8001", LI)
        await line.put_down()
        assert line.told[-1] == IdleIndication()
        line.circuit.setup("8001", LI)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(
    ("delivery", "rings_before"), [("china", 1), ("china-single", 1), ("china-dtmf", 0), ("china-dtmf-reversal", 0)]
)
def test_the_display(e1_pair: E1Pair, clock: Clock, delivery: str, rings_before: int) -> None:
    async def main() -> None:
        line = Extension(e1_pair, FxsProfile(delivery=delivery))
        line.circuit.setup("8001", LI)
        await asyncio.sleep(2.4)  # a second ring would come after 5 s, and one before the data at once
        assert len(line.phone.rang_at_s) == 1
        assert (line.phone.rang_at_s[0] > 1.0) is (rings_before == 0)
        time = None if "dtmf" in delivery else CallTime(8, 15, 10, 23)
        assert line.phone.shown == [Caller("3190001", time)]
        await asyncio.sleep(12.0)
        periods = [b - a for a, b in zip(line.phone.rang_at_s, line.phone.rang_at_s[1:], strict=False)]
        assert periods == pytest.approx([5.0] * len(periods), abs=0.03)  # 1 s on, 4 s off
        line.phone.lift()
        await asyncio.sleep(0.1)
        assert line.told[-1] == AnswerIndication()
        assert len(line.phone.shown) == 1

    clock(main(), e1_pair.frames)


def test_a_caller_without_a_number_is_told_as_such(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair, FxsProfile(delivery="china"))
        line.circuit.setup("8001", CallingParty(None))
        await asyncio.sleep(4.0)
        (shown,) = line.phone.shown
        assert not isinstance(shown.number, str)

    clock(main(), e1_pair.frames)


def test_ring_trip_is_seen_within_200_ms(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        for ringing_s in (0.5, 2.5):
            line = Extension(e1_pair)
            line.circuit.setup("8001", LI)
            await asyncio.sleep(ringing_s)
            line.phone.lift()
            await asyncio.sleep(0.2)
            assert line.told[-1] == AnswerIndication()
            assert not line.phone.rings
            line.circuit.release(Cause.NORMAL)
            await line.put_down()

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("answer", Answer)
def test_polarity_tells_the_answer(e1_pair: E1Pair, clock: Clock, answer: Answer) -> None:
    async def main() -> None:
        line = Extension(e1_pair, FxsProfile(answer=answer))
        line.phone.lift()
        await asyncio.sleep(0.5)
        await line.phone.key("114")
        await asyncio.sleep(0.1)
        assert not line.phone.is_reversed
        line.circuit.answer()
        await asyncio.sleep(0.1)
        assert line.phone.is_reversed is (answer is Answer.REVERSAL)
        line.circuit.release(Cause.CALLED_HUNG_UP)
        await asyncio.sleep(0.1)
        assert not line.phone.is_reversed
        assert await line.phone.hears("busy", 4.0)

    clock(main(), e1_pair.frames)


def test_a_flash_in_a_call_is_told(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair)
        line.circuit.setup("8001", LI)
        await asyncio.sleep(0.5)
        line.phone.lift()
        await asyncio.sleep(0.2)
        for ms, flashes in ((40, 0), (100, 1), (300, 2)):
            await line.phone.flash(ms)
            await asyncio.sleep(0.2)
            assert len(line.journal.of("line.flash")) == flashes
        assert line.told[-1] == AnswerIndication()

    clock(main(), e1_pair.frames)


def test_a_loop_that_is_too_long_is_never_lifted_and_one_that_leaks_is_no_call(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair, pair=Pair(resistance_ohm=2600, leakage_ohm=20_000))
        line.phone.lift()
        await asyncio.sleep(1.0)
        assert line.told == []

    clock(main(), e1_pair.frames)


def test_a_bell_that_gets_too_little_does_not_ring(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        line = Extension(e1_pair, card=LineCard(ringing_v=40), pair=Pair(resistance_ohm=1600))
        line.circuit.setup("8001", LI)
        await asyncio.sleep(6.0)
        assert line.phone.rang_at_s == []

    clock(main(), e1_pair.frames)


def test_weak_keys_at_the_end_of_a_long_pair_are_heard(e1_pair: E1Pair, clock: Clock) -> None:
    """GB 3378-82: down to -23 dBm a tone."""

    async def main() -> None:
        line = Extension(e1_pair, pair=Pair(loss_db=14))
        line.phone.lift()
        await asyncio.sleep(0.5)
        await line.phone.key("8765", on_ms=50, off_ms=50)
        await asyncio.sleep(0.1)
        assert line.told[-1] == SetupIndication("8765", OWN)

    clock(main(), e1_pair.frames)


def test_what_a_line_needs() -> None:
    journal = MemoryJournal()
    with pytest.raises(SwitchError, match="needs a number plan"):
        FxsCircuit("ext/1", 0, None, journal, FxsProfile())  # type: ignore[arg-type]
    with pytest.raises(SwitchError, match="there is no clock"):
        FxsCircuit("ext/1", 0, None, journal, FxsProfile(originates=False, delivery="china"))  # type: ignore[arg-type]
