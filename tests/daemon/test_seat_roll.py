"""Seats that could take an outgoing call, as their events tell it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kmcc.centre.campaigns.desk import SeatsOfService
from kmcc.daemon.journal import HouseJournal
from kmcc.daemon.seat_roll import SeatRoll
from kmcc.store.event_log import EventLog
from kmcc.switch.calendar import Calendar
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.seat import SeatState

PROFILES = {
    "801": SeatProfile("801", SeatKind.PROFESSIONAL, {"bill": 2}, ("zh",)),
    "802": SeatProfile("802", SeatKind.INTEGRATED, {"centre": 1}, ("zh",)),
}
COUNTED = {
    SeatState.READY: SeatsOfService(1, 0, 0),
    SeatState.RESERVED: SeatsOfService(0, 1, 0),
    SeatState.RINGING: SeatsOfService(0, 1, 0),
    SeatState.TALKING: SeatsOfService(0, 0, 1),
    SeatState.HELD: SeatsOfService(0, 0, 1),
    SeatState.CONSULTING: SeatsOfService(0, 0, 1),
    SeatState.WRAP_UP: SeatsOfService(0, 0, 1),
    SeatState.PAUSED: SeatsOfService(0, 0, 0),
    SeatState.FORCED: SeatsOfService(0, 0, 0),
    SeatState.SIGNED_OUT: SeatsOfService(0, 0, 0),
}


@pytest.mark.parametrize("state", list(SeatState), ids=lambda s: s.name)
def test_every_state_counts_as_it_should_and_the_change_is_told_after_the_step(
    state: SeatState, tmp_path: Path
) -> None:
    async def main() -> None:
        log = EventLog(tmp_path / "events.jsonl", Calendar(datetime(2000, 5, 22, tzinfo=UTC), lambda: 0.0))
        journal, told = HouseJournal(log), [0]
        roll = SeatRoll(PROFILES, journal, lambda: told.append(1))
        journal.write("seat.state", seat="801", old="signed out", new=state.value, call=None, reason=None)
        assert told == [0]
        await asyncio.sleep(0)
        assert told == [0, 1]
        assert roll.of("bill") == COUNTED[state]
        assert roll.of("centre") == SeatsOfService(0, 0, 0)  # 801 is not skilled in it
        journal.write("seat.state", seat="802", old="signed out", new=state.value, call=None, reason=None)
        assert roll.of("centre") == COUNTED[state]  # an integrated seat serves everything
        journal.close()

    asyncio.run(main())
