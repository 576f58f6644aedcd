"""The journal of a house: open as long as the house is. What the lines still do afterwards is nobody's concern."""

from collections import defaultdict
from collections.abc import Callable

from kmcc.store.event_log import EventLog
from kmcc.switch.journal import Field

Listener = Callable[[dict[str, Field]], None]


class HouseJournal:
    """Implements kmcc.switch.journal.Journal."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._is_open = True
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    def write(self, kind: str, /, **fields: Field) -> None:
        if self._is_open:
            self._events.write(kind, **fields)
            for listener in self._listeners[kind]:
                listener(fields)

    def listen(self, kind: str, listener: Listener) -> None:
        """Tell the fields of every event of this kind, at once. A listener does nothing but note them."""
        self._listeners[kind].append(listener)

    def close(self) -> None:
        """The last event stands; circuits whose guard times still run have nowhere to write."""
        self._is_open = False
        self._events.close()
