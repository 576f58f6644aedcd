"""What is wrong with a configuration: one fault is one line; an error carries all of them."""

from dataclasses import dataclass
from pathlib import Path

from kmcc.errors import KmccError

Place = tuple[str | int, ...]
"""Where a value stands: ("trunk_groups", 1, "channels")."""


def dotted(place: Place) -> str:
    """trunk_groups[1].channels"""
    words = ""
    for step in place:
        words += f"[{step}]" if isinstance(step, int) else f".{step}"
    return words.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `key` is empty when the text is no TOML; `line` None = no line of the file says it.

    `expected` None = `found` is a whole sentence of the part that refused, which tells it already.
    """

    key: str
    line: int | None
    found: str
    expected: str | None

    def words(self, file: Path) -> str:
        place = str(file) if self.line is None else f"{file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        if self.expected is None:
            return f"{place}:{key} {self.found}"
        return f"{place}:{key} found {self.found}; expected {self.expected}"


class ConfigError(KmccError):
    """A configuration that cannot be run; one line a fault, in the order of the file."""

    def __init__(self, file: Path, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(fault.words(file) for fault in faults))
        self.file = file
        self.faults = faults
