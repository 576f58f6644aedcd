"""libopenr2 as the calling exchange: what our register asks of it and makes of its answers, in simulated time."""

import asyncio
import os
from dataclasses import replace

import pytest
from tests.peers.openr2 import Category, Kind, OpenR2Board, missing
from tests.peers.openr2_line import Line, answered_then_hung_up_by, play, whole

from kmcc.dsp.engine import Detect
from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.circuit import CallingParty, Cause, IdleIndication, ThroughIndication
from kmcc.switch.circuit import ReleaseIndication as Released
from kmcc.switch.circuit import SetupIndication as Setup

if missing() is not None and "CI" not in os.environ:
    pytest.skip(str(missing()), allow_module_level=True)

LOCAL_NUMBER, TOLL_NUMBER, CALLING = "3190000", "08713190000", "3188888"
GOOD_CALL = [Kind.IDLE, Kind.ACCEPTED, Kind.ANSWERED, Kind.ENDED]
REFUSED_CALL = [Kind.IDLE, Kind.DISCONNECTED, Kind.ENDED]


def called_by(
    board: OpenR2Board,
    called: str,
    calling: str | None,
    *,
    profile: Profile = LOCAL,
    analyse: Analyse | None = None,
    category: Category = Category.NATIONAL_SUBSCRIBER,
) -> Line:
    """The library calls, we answer, it hangs up."""

    async def story(line: Line) -> None:
        board.place_call(calling, called, category)
        await answered_then_hung_up_by(line, board.hang_up)

    line = play(board, story, profile=profile, analyse=whole(called) if analyse is None else analyse)
    assert board.kinds() == GOOD_CALL
    assert line.cause is Cause.CALLER_HUNG_UP
    assert not line.journal.of("circuit.alarm")
    return line


def offered(line: Line) -> Setup:
    (setup,) = (told for told in line.heard if isinstance(told, Setup))
    return setup


def digits_before_a6(line: Line) -> int:
    asked = next(n for n, words in enumerate(line.signals) if words.startswith("backward A6"))
    return sum(words.startswith("forward") for words in line.signals[:asked])


@pytest.mark.parametrize("called", [LOCAL_NUMBER, TOLL_NUMBER], ids=["local", "toll"])
@pytest.mark.parametrize("calling", [CALLING, None], ids=["with calling number", "without"])
def test_local_and_toll(called: str, calling: str | None) -> None:
    line = called_by(OpenR2Board(channel=3), called, calling)
    assert offered(line) == Setup(called, CallingParty(calling, 1))


@pytest.mark.parametrize("k", range(1, 9))
def test_a6_after_each_digit(k: int) -> None:
    """After the last one when the number has fewer."""
    line = called_by(OpenR2Board(channel=3), LOCAL_NUMBER, CALLING, profile=replace(LOCAL, ani_after_digits=k))
    assert offered(line) == Setup(LOCAL_NUMBER, CallingParty(CALLING, 1))
    assert digits_before_a6(line) == min(k, len(LOCAL_NUMBER))


def test_never_asked_for_its_number() -> None:
    line = called_by(OpenR2Board(channel=3), LOCAL_NUMBER, CALLING, profile=replace(LOCAL, ani_after_digits=0))
    assert offered(line) == Setup(LOCAL_NUMBER, CallingParty(None, None))


# The library has one category for KA and KD (its table for China: 1, 2, 3).
CATEGORIES = [
    (Category.NATIONAL_SUBSCRIBER, 1),
    (Category.NATIONAL_PRIORITY_SUBSCRIBER, 2),
    (Category.TEST_EQUIPMENT, 3),
]


@pytest.mark.parametrize(("category", "number"), CATEGORIES)
def test_ka_and_kd(category: Category, number: int) -> None:
    line = called_by(OpenR2Board(channel=3), LOCAL_NUMBER, CALLING, category=category)
    assert offered(line).calling.category == number
    assert f"KA {number}" in line.signals
    assert f"KD {number}" in line.signals


def at_least_five(called: str) -> Verdict:
    return Verdict.GOOD if len(called) >= 5 else Verdict.MORE


@pytest.mark.parametrize("k", [0, 1, 7])
@pytest.mark.parametrize("called", ["31900", LOCAL_NUMBER])
def test_a_number_of_unknown_length_is_ended_by_a_pulse(called: str, k: int) -> None:
    profile = replace(LOCAL, ani_after_digits=k)
    line = called_by(OpenR2Board(channel=3), called, CALLING, profile=profile, analyse=at_least_five)
    assert offered(line).called == called
    assert offered(line).calling.number == (CALLING if k else None)
    assert "backward A3 number complete, send KD (pulse)" in line.signals


REFUSALS = [
    # category (KD), our cause, the KB that says so, what the library makes of it
    (Category.NATIONAL_SUBSCRIBER, Cause.BUSY, "KB 2 called busy, local", "Busy Number"),
    (Category.NATIONAL_SUBSCRIBER, Cause.VACANT_NUMBER, "KB 5 vacant number", "Unallocated Number"),
    (Category.NATIONAL_SUBSCRIBER, Cause.CONGESTION, "KB 4 called busy or congestion", "Network Congestion"),
    (Category.TEST_EQUIPMENT, Cause.BUSY, "KB 4 called busy or congestion", "Network Congestion"),
    (Category.TEST_EQUIPMENT, Cause.VACANT_NUMBER, "KB 5 vacant number", "Unallocated Number"),
]


@pytest.mark.parametrize(("category", "cause", "kb", "understood"), REFUSALS)
def test_refused_by_kb(category: Category, cause: Cause, kb: str, understood: str) -> None:
    board = OpenR2Board(channel=3)

    async def story(line: Line) -> None:
        board.place_call(CALLING, LOCAL_NUMBER, category)

    line = play(board, story, refuses=cause)
    assert line.signals[-1] == kb
    assert board.kinds() == REFUSED_CALL
    assert board.events[1].calling == understood


@pytest.mark.parametrize("n", range(1, 8))
def test_congestion_at_each_digit(n: int) -> None:
    """A4: the library clears forward, with its own word for it."""
    board = OpenR2Board(channel=3)

    async def story(line: Line) -> None:
        board.place_call(CALLING, LOCAL_NUMBER)
        await line.until(Released)

    line = play(board, story, analyse=lambda called: Verdict.CONGESTION if len(called) == n else Verdict.MORE)
    assert line.cause is Cause.CONGESTION
    assert line.signals[-1] == "backward A4 congestion"
    assert board.kinds() == REFUSED_CALL
    assert board.events[1].calling == "Network Congestion"


@pytest.mark.parametrize("n", [1, 4])
def test_a_vacant_number_is_unknown_to_it(n: int) -> None:
    """A5 is no signal of the library's: a protocol error there, and both ends come to idle all the same."""
    board = OpenR2Board(channel=3)

    async def story(line: Line) -> None:
        board.place_call(CALLING, LOCAL_NUMBER)
        await line.until(Released)

    line = play(board, story, analyse=lambda called: Verdict.VACANT if len(called) == n else Verdict.MORE)
    assert line.cause is Cause.VACANT_NUMBER
    assert line.signals[-1] == "backward A5 vacant number"
    assert board.kinds() == [Kind.IDLE, Kind.PROTOCOL_ERROR, Kind.IDLE]
    assert board.events[1].calling == "Invalid Multi Frequency Tone"


def test_a_second_call_on_the_same_circuit() -> None:
    board = OpenR2Board(channel=3)

    async def story(line: Line) -> None:
        board.place_call(CALLING, LOCAL_NUMBER)
        await answered_then_hung_up_by(line, board.hang_up)
        await line.until(IdleIndication)
        line.heard.clear()
        board.place_call(None, LOCAL_NUMBER)
        await answered_then_hung_up_by(line, board.hang_up)

    line = play(board, story)
    assert offered(line) == Setup(LOCAL_NUMBER, CallingParty(None, 1))
    assert board.kinds() == [*GOOD_CALL, *GOOD_CALL[1:]]


def test_a2_makes_it_send_from_the_first_digit() -> None:
    """End to end: our register is off then; whoever is joined to the circuit hears the number from its beginning."""
    board = OpenR2Board(channel=3)

    def after_three(called: str) -> Verdict:
        return Verdict.TRANSIT if len(called) == 3 else Verdict.MORE

    async def story(line: Line) -> None:
        board.place_call(CALLING, LOCAL_NUMBER)
        await line.until(ThroughIndication)
        line.media.listen(line.circuit.port, Detect.MFC_FORWARD)  # in place of the next exchange
        await asyncio.sleep(0.5)
        line.circuit.release(Cause.NORMAL)
        board.hang_up()

    line = play(board, story, analyse=after_three)
    assert line.signals[-3:] == ["forward 9 (digit)", "backward A2 send from the first digit", "forward 3 (digit)"]
    assert not line.journal.of("circuit.alarm")
