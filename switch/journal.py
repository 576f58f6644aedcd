"""The journal: every fact worth knowing later, in order, as (kind, fields). The store keeps and replays it.

Kinds are dotted words: `circuit.seized`, `register.signal`, `call.offered`, `prompt.started`, `key.pressed`,
`queue.waiting`, `seat.offered`, `call.released`. Whoever writes masks secrets before it writes.
"""

from typing import Protocol

Field = str | int | float | bool | None


class SilentJournal:
    """Keeps nothing; whoever writes a lot may ask for it and save the words."""

    def write(self, kind: str, /, **fields: Field) -> None:
        """Nothing is kept."""


class Journal(Protocol):
    def write(self, kind: str, /, **fields: Field) -> None:
        """Note a fact now. Never blocks, never raises for a well-formed field."""
        ...
