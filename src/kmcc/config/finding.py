"""A fault that only the whole configuration shows, before it has a line."""

from dataclasses import dataclass

from kmcc.config.errors import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """See Fault."""

    place: Place
    found: str
    expected: str | None
