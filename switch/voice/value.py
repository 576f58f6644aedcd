"""What a flow knows of a caller: values, each of one kind, and secrets that nobody can print (R-239, R-242)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kmcc.switch.announce import AnnounceError, Language, SlotKind, SlotValue
from kmcc.switch.announce.template import say_value


class Secret:
    """Keys that a caller has pressed in confidence. Only `reveal` gives them; neither text nor repr does."""

    __slots__ = ("_keys",)

    def __init__(self, keys: str) -> None:
        self._keys = keys

    def reveal(self) -> str:
        """For whoever checks them, and for nobody else."""
        return self._keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._keys == other._keys

    def __hash__(self) -> int:
        return hash(Secret)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __repr__(self) -> str:
        return "Secret(***)"


class Kind(Enum):
    """What a value is; money is fen, a month is (year, month)."""

    WORD = "word"
    DIGITS = "digits"
    SECRET = "secret"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    MONTH = "month"
    TIME = "time"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value within a speech, and how it is said."""

    kind: SlotKind
    value: SlotValue


Speech = tuple[str | Spoken, ...]
"""Prompts and values in the order of the ear, in no language yet."""

Value = SlotValue | Secret | Speech

SAID_AS: Final[Mapping[Kind, tuple[SlotKind, ...]]] = {
    Kind.DIGITS: (SlotKind.DIGITS,),
    Kind.NUMBER: (SlotKind.NUMBER, SlotKind.COUNT),
    Kind.AMOUNT: (SlotKind.AMOUNT,),
    Kind.DATE: (SlotKind.DATE,),
    Kind.MONTH: (SlotKind.MONTH,),
    Kind.TIME: (SlotKind.TIME,),
}
"""How a value of a kind can be said; the first is how it is said when nothing else is asked for."""


def fits(kind: Kind, value: object) -> bool:
    """Whether this is a value of this kind that can also be said."""
    match kind:
        case Kind.WORD:
            return isinstance(value, str) and bool(value)
        case Kind.SECRET:
            return isinstance(value, Secret)
        case Kind.SPEECH:
            return isinstance(value, tuple) and all(isinstance(part, str) or _can_be_said(part) for part in value)
    return _can_be_said(Spoken(SAID_AS[kind][0], value))  # type: ignore[arg-type]  # that is the question


def _can_be_said(part: object) -> bool:
    if not isinstance(part, Spoken):
        return False
    try:
        return bool(say_value(part.value, part.kind, Language.ZH))
    except AnnounceError:
        return False


def say(value: Value, kind: SlotKind | None, language: Language) -> tuple[str, ...]:
    """The prompts of a value that fits; kind None = of a speech, part by part."""
    if kind is not None:
        return say_value(value, kind, language) or ()  # type: ignore[arg-type]  # the book was checked
    names: list[str] = []
    for part in value if isinstance(value, tuple) else ():
        names += say(part.value, part.kind, language) if isinstance(part, Spoken) else (str(part),)
    return tuple(names)
