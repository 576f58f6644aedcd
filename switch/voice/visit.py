"""One caller's visit: where he is in the flows, what is known of him, and what he is expected to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from kmcc.switch.announce import Language
from kmcc.switch.voice.value import Kind, Secret, Value


class Waits(Enum):
    """What ends the turn: which news may come."""

    FOR_DONE = "done"
    FOR_KEY = "key"
    FOR_RESULT = "result"
    FOR_NOTHING = "nothing"  # the call is being released


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when a visit begins. `calling` None = the number was not given."""

    service: str
    called: str
    calling: str | None
    grade: str
    language: Language


GIVEN: Final = "number_given"
BUILT_IN: Final[Mapping[str, tuple[Kind, tuple[str, ...]]]] = {
    "service": (Kind.WORD, ()),
    "grade": (Kind.WORD, ("ordinary", "important", "vip")),
    "language": (Kind.WORD, tuple(language.value for language in Language)),
    GIVEN: (Kind.WORD, ("yes", "no")),
    "called": (Kind.DIGITS, ()),
    "calling": (Kind.DIGITS, ()),
}
"""Variables that every flow has, and the words they can be; `calling` only where `number_given` is "yes"."""
IMPLIES: Final[Mapping[tuple[str, str], str]] = {(GIVEN, "yes"): "calling"}


@dataclass(slots=True)
class Visit:
    """`above` are the menus that led here; `proved` has the number that each check has proved."""

    node: str
    language: Language
    values: dict[str, Value]
    step: int = 0
    above: tuple[tuple[str, int], ...] = ()
    seen: frozenset[tuple[str, int]] = frozenset()  # menus that were played
    proved: dict[str, str] = field(default_factory=dict)
    plays: int = 0
    misses: int = 0
    tries: int = 0
    has_account: bool = False
    account: Secret = field(default_factory=lambda: Secret(""))
    entry: str = field(default="", repr=False)
    pending: str = field(default="", repr=False)  # the first key of two
    ahead: str = field(default="", repr=False)  # pressed already, not looked at yet
    waits: Waits = Waits.FOR_DONE

    def copy(self) -> "Visit":
        return replace(self, values=dict(self.values), proved=dict(self.proved))

    @property
    def path(self) -> tuple[str, ...]:
        """The nodes from the first menu down to here."""
        return (*(node for node, _ in self.above), self.node)

    @property
    def told(self) -> Mapping[str, Value]:
        """What may be shown to others: all but secrets and speeches."""
        return {
            name: value
            for name, value in self.values.items()
            if name not in BUILT_IN and not isinstance(value, Secret) and not _is_speech(value)
        }


def _is_speech(value: Value) -> bool:
    """A month is a tuple of whole numbers."""
    return isinstance(value, tuple) and not all(isinstance(part, int) for part in value)


def begin_at(node: str, facts: Facts) -> Visit:
    values: dict[str, Value] = {
        "service": facts.service,
        "grade": facts.grade,
        GIVEN: "no" if facts.calling is None else "yes",
        "called": facts.called,
    }
    if facts.calling is not None:
        values["calling"] = facts.calling
    return Visit(node, facts.language, values)
