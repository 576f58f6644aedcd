"""libopenr2 as the called exchange: what it asks of our register, what we make of each KB; in simulated time."""

import os
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.peers.openr2 import Disconnect, Kind, Mode, OpenR2Board, missing
from tests.peers.openr2_line import Line, answered_then_hung_up_by, play

from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.circuit import AlertingIndication, CallingParty, Cause
from kmcc.switch.circuit import ReleaseIndication as Released

if missing() is not None and "CI" not in os.environ:
    pytest.skip(str(missing()), allow_module_level=True)

LOCAL_NUMBER, TOLL_NUMBER, CALLING = "3190000", "08713190000", "3188888"
TOLL = replace(LOCAL, kd=2)
GOOD_CALL = [Kind.IDLE, Kind.INIT, Kind.OFFERED, Kind.ACCEPTED, Kind.DISCONNECTED, Kind.ENDED]
REFUSED_CALL = [Kind.IDLE, Kind.INIT, Kind.OFFERED, Kind.DISCONNECTED, Kind.ENDED]


def call(board: OpenR2Board, called: str, calling: str | None, profile: Profile = LOCAL) -> Line:
    """We call, the library answers, we hang up."""

    async def story(line: Line) -> None:
        line.circuit.setup(called, CallingParty(calling))
        await answered_then_hung_up_by(line, lambda: line.circuit.release(Cause.NORMAL))

    line = play(board, story, profile=profile)
    assert board.kinds() == GOOD_CALL
    assert (board.events[2].calling, board.events[2].called) == (calling or "", called)
    assert not line.journal.of("circuit.alarm")
    return line


@pytest.mark.parametrize("ani_first", [True, False], ids=["asked after the first digit", "asked after the last"])
@pytest.mark.parametrize("calling", [CALLING, None], ids=["with calling number", "without"])
@pytest.mark.parametrize(("called", "profile"), [(LOCAL_NUMBER, LOCAL), (TOLL_NUMBER, TOLL)], ids=["local", "toll"])
def test_local_and_toll(called: str, profile: Profile, calling: str | None, ani_first: bool) -> None:
    board = OpenR2Board(channel=3, called_digits=len(called), ani_first=ani_first)
    line = call(board, called, calling, profile)
    asked = line.signals.index("backward A6 send KA and calling number")
    assert sum(words.endswith("(digit)") for words in line.signals[:asked]) == (1 if ani_first else len(called))
    assert line.signals[-2:] == [f"KD {profile.kd}", "KB 1 called free"]


@pytest.mark.parametrize("ani_first", [True, False], ids=["asked after the first digit", "asked at the time-out"])
def test_a_number_shorter_than_it_expects(ani_first: bool) -> None:
    """Its digit time-out sends a pulse: of A3, or of A6 when it has not asked for the calling number yet."""
    board = OpenR2Board(channel=3, called_digits=10, ani_first=ani_first)
    line = call(board, LOCAL_NUMBER, CALLING)
    pulses = [late for early, late in pairwise(line.signals) if is_backward(early) and is_backward(late)]
    assert pulses == [f"backward {'A3 number complete, send KD' if ani_first else 'A6 send KA and calling number'}"]


def is_backward(words: str) -> bool:
    return words.startswith("backward")


KBS = [
    # what the library does, the KB of its file, our cause on a toll call and on a local one
    (Disconnect.BUSY_NUMBER, "KB 2 called busy, local", Cause.BUSY, Cause.BUSY),
    (Disconnect.NUMBER_CHANGED, "KB 3 called busy, toll", Cause.BUSY, Cause.BUSY),
    (Disconnect.NETWORK_CONGESTION, "KB 4 called busy or congestion", Cause.CONGESTION, Cause.BUSY),
    (Disconnect.OUT_OF_ORDER, "KB 4 called busy or congestion", Cause.CONGESTION, Cause.BUSY),
    (Disconnect.UNALLOCATED_NUMBER, "KB 5 vacant number", Cause.VACANT_NUMBER, Cause.VACANT_NUMBER),
]


@pytest.mark.parametrize(("refusal", "kb", "toll", "local"), KBS)
def test_each_kb_that_refuses(refusal: Disconnect, kb: str, toll: Cause, local: Cause) -> None:
    for profile, cause in ((TOLL, toll), (LOCAL, local)):
        board = OpenR2Board(channel=3, accepts=refusal, called_digits=7)

        async def story(line: Line) -> None:
            line.circuit.setup(LOCAL_NUMBER, CallingParty(CALLING))
            await line.until(Released)

        line = play(board, story, profile=profile)
        assert line.signals[-1] == kb
        assert line.cause is cause
        assert board.kinds() == REFUSED_CALL


@pytest.mark.parametrize(
    ("mode", "kb"), [(Mode.WITH_CHARGE, "KB 1 called free"), (Mode.NO_CHARGE, "KB 6 called free, caller control")]
)
def test_each_kb_that_says_free(mode: Mode, kb: str) -> None:
    line = call(OpenR2Board(channel=3, accepts=mode, called_digits=7), LOCAL_NUMBER, CALLING)
    assert line.signals[-1] == kb
    assert AlertingIndication() in line.heard
