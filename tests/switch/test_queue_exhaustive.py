"""Every history of small systems, as far as a minute's test goes: the near states of each, and all of the smallest.

`make proofs` goes on to the end of each; docs/queue-machine.md has what it found.
"""

import pickle

import pytest
from tests.switch.queue_explorer import Explorer, HistoryError, key_of
from tests.switch.queue_systems import ONE_SEAT, SYSTEMS
from tests.switch.queue_world import System, World, profile_of

from kmcc.switch.queue.events import CallWaiting, SeatSignsIn, SeatSignsOut, TalkEnded
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.seating import Seating

NEAR = 1_200
"""States: about a second each."""


def test_all_histories_of_one_seat_and_two_callers() -> None:
    """The search ends by itself, so histories of any length are among them; all lead back to an empty centre."""
    found = Explorer(ONE_SEAT, most_states=10_000).run()
    assert found.is_whole
    assert found.returns == found.states
    assert found.refused > 0


@pytest.mark.parametrize("system", SYSTEMS[1:], ids=lambda system: system.name)
def test_the_near_histories(system: System) -> None:
    found = Explorer(system, NEAR).run()
    assert found.states >= NEAR


def test_what_does_not_hold_is_told_with_its_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """An explorer that finds nothing must be able to find something: here a wrap-up whose timer nobody stops."""
    stop = Seating._act
    monkeypatch.setattr(
        Seating, "_act", lambda self, seat, out, now_ms: out.name == "STOP_TIMER" or stop(self, seat, out, now_ms)
    )
    with pytest.raises(HistoryError, match="no timer outlives its owner") as told:
        Explorer(ONE_SEAT, most_states=10_000).run()
    assert "SeatSignsIn" in str(told.value)


def test_states_that_differ_in_age_alone_are_one() -> None:
    """Time and the numbers of timers and calls go on; what can follow does not change by that."""
    desk = ONE_SEAT.desks[0]
    machine = QueueMachine(ONE_SEAT.settings)
    machine.receive(SeatSignsIn(profile_of(desk), 0))
    once = key_of(World(pickle.loads(pickle.dumps(machine))))
    machine.receive(SeatSignsOut(desk.name, 7))
    assert key_of(World(machine)) != once
    machine.receive(SeatSignsIn(profile_of(desk), 9))
    assert key_of(World(machine)) == once
    machine.receive(CallWaiting("x", 9, "a"))
    with pytest.raises(Exception, match="not allowed"):
        machine.receive(TalkEnded(desk.name, 9))
