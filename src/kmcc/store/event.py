"""One event of the log and its JSON line."""

import json
import math
from dataclasses import dataclass
from typing import Any, Self

from kmcc.store.errors import FieldMalformedError
from kmcc.switch.journal import Field


@dataclass(frozen=True, slots=True)
class Event:
    """`t` is in seconds since the calendar's start, `at` local time in ISO 8601; `fields` are in order of name."""

    seq: int
    t: float
    at: str
    kind: str
    fields: tuple[tuple[str, Field], ...] = ()

    def __post_init__(self) -> None:
        for name, value in self.fields:
            if not _well_formed(value):
                raise FieldMalformedError(self.kind, name)

    def get(self, name: str) -> Field:
        """The field's value, None when the event has no such field."""
        return dict(self.fields).get(name)

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "t": self.t, "at": self.at, "kind": self.kind, "fields": dict(self.fields)}

    def line(self) -> bytes:
        """A lone surrogate, which UTF-8 cannot hold, is written as its JSON escape and reads back as it was."""
        text = json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8", "backslashreplace") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """ValueError when this is no whole line of ours."""
        match json.loads(line):
            case {"seq": int(seq), "t": int(t) | float(t), "at": str(at), "kind": str(kind), "fields": dict(fields)}:
                return cls(seq, float(t), at, kind, tuple(sorted(fields.items())))
        raise ValueError("not an event")


def _well_formed(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int)
