"""Which events concern one seat: those that name it, and those of a call while the seat has it."""

from typing import Final

from kmcc.store.event import Event

NAMES: Final = ("seat", "supervisor", "consulted_by", "transferred_by")
TAKES: Final = frozenset({"seat.offered", "seat.connected", "seat.dials"})
GIVES_UP: Final = frozenset({"seat.parted"})


class SeatFilter:
    """For one reader, event by event in their order; `seat` None lets all pass."""

    def __init__(self, seat: str | None) -> None:
        self._seat = seat
        self._calls: set[object] = set()

    def takes(self, event: Event) -> bool:
        if self._seat is None:
            return True
        fields = dict(event.fields)
        is_named = any(fields.get(name) == self._seat for name in NAMES)
        call = fields.get("call")
        if is_named and event.kind in TAKES:
            self._calls.add(call)
        is_wanted = is_named or (call is not None and call in self._calls)
        if is_named and event.kind in GIVES_UP:
            self._calls.discard(call)
        return is_wanted
