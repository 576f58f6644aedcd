"""The journal of a house: open as long as the house is. What the lines still do afterwards is nobody's concern."""

from kmcc.store.event_log import EventLog
from kmcc.switch.journal import Field


class HouseJournal:
    """Implements kmcc.switch.journal.Journal."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._is_open = True

    def write(self, kind: str, /, **fields: Field) -> None:
        if self._is_open:
            self._events.write(kind, **fields)

    def close(self) -> None:
        """The last event stands; circuits whose guard times still run have nowhere to write."""
        self._is_open = False
        self._events.close()
