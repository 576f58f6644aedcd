"""The steps of a flow, its nodes, and the book of all of them: data that was checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Final

from kmcc.switch.announce import Language
from kmcc.switch.announce.template import SlotKind
from kmcc.switch.circuit import Cause
from kmcc.switch.voice.value import Kind

UP: Final = "up"
AGAIN: Final = "again"
WORDS: Final = (UP, AGAIN)
"""Targets that are no nodes: the menu above, and this step once more."""

NodeId = str
Target = str


@dataclass(frozen=True, slots=True)
class Say:
    """A variable's place in what is played; `kind` None = said as its own kind is."""

    variable: str
    kind: SlotKind | None


Part = str | Say


@dataclass(frozen=True, slots=True)
class Play:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Keys up to `most`, ended by the hash key or a pause; after `tries` without an entry it goes on at `nothing`."""

    into: str
    parts: tuple[Part, ...]
    is_secret: bool
    least: int
    most: int
    tries: int
    wrong: str
    nothing: Target


@dataclass(frozen=True, slots=True)
class Menu:
    """`keys` has the keys of the whole book in it; after `repeats` misses it goes on at `exhausted`."""

    parts: tuple[Part, ...]
    again: tuple[Part, ...]
    keys: Mapping[str, Target]
    repeats: int
    silence_s: float
    exhausted: Target


@dataclass(frozen=True, slots=True)
class Branch:
    """By the word of a variable, or by whether a calendar is `open` or `closed`; `otherwise` None = the next step."""

    on: str
    cases: Mapping[str, Target]
    otherwise: Target | None


@dataclass(frozen=True, slots=True)
class Query:
    """`given` and `into` name the variables of the function's inputs and outputs; `on` has all outcomes but done."""

    function: str
    given: Mapping[str, str]
    into: Mapping[str, str]
    on: Mapping[str, Target]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Account and password, `tries` times; who has proved it in this call is not asked again (R-247).

    `known` is the variable that has the account when it is not asked for, `into` that of the number that was proved.
    """

    check: str
    account: tuple[Part, ...]
    known: str | None
    password: tuple[Part, ...]
    wrong: str
    tries: int
    into: str
    refused: Target


@dataclass(frozen=True, slots=True)
class Transfer:
    """To the seats of a service; None = of any. Who got no seat goes on at `full`."""

    service: str | None
    full: Target


@dataclass(frozen=True, slots=True)
class Fax:
    document: str
    on: Mapping[str, Target]


@dataclass(frozen=True, slots=True)
class Record:
    topic: str
    parts: tuple[Part, ...]
    limit_s: float
    silence_s: float
    nothing: Target


@dataclass(frozen=True, slots=True)
class CallBack:
    """Have this variable's number called back for a service; None = the one he last waited for in vain, else any."""

    service: str | None
    number: str
    refused: Target


@dataclass(frozen=True, slots=True)
class HangUp:
    """`after_s` is what the caller has to hang up himself (R-250)."""

    cause: Cause
    after_s: float


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """None = the other one."""

    language: Language | None


@dataclass(frozen=True, slots=True)
class GoTo:
    target: Target


Step = (
    Play
    | Collect
    | Menu
    | Branch
    | Query
    | Authenticate
    | Transfer
    | Fax
    | Record
    | CallBack
    | HangUp
    | SetLanguage
    | GoTo
)
ENDS: Final = (Menu, HangUp, GoTo)
"""Steps behind which there is no next."""


@dataclass(frozen=True, slots=True)
class Node:
    """`title` is what a picture of the flow calls it."""

    id: NodeId
    title: Mapping[Language, str]
    steps: tuple[Step, ...]


class Day(Enum):
    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on these days from `start` until before `end`; an end of midnight is that of the day."""

    days: frozenset[Day]
    start: time
    end: time

    def covers(self, when: datetime) -> bool:
        now = when.time()
        return Day(when.weekday()) in self.days and self.start <= now and (self.end == time() or now < self.end)


@dataclass(frozen=True, slots=True)
class Calendar:
    hours: tuple[Hours, ...]
    closed_on: frozenset[date]

    def word(self, when: datetime) -> str:
        is_open = when.date() not in self.closed_on and any(hours.covers(when) for hours in self.hours)
        return OPEN if is_open else CLOSED


OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every step of a book; see docs/voice.md."""

    repeats: int
    max_plays: int
    silence_s: float
    key_gap_s: float
    second_key_s: float
    query_limit_s: float
    wait_notice_s: float
    invalid: str
    silence: str | None
    please_wait: str
    exhausted: Target
    fault: Target


@dataclass(frozen=True, slots=True)
class FlowBook:
    """All flows of a file. `entries` says where a service begins, `common` which keys mean the same everywhere,
    `kinds` what each variable is."""

    source: str
    settings: Settings
    common: Mapping[str, Target]
    calendars: Mapping[str, Calendar]
    entries: Mapping[str, NodeId]
    nodes: Mapping[NodeId, Node]
    kinds: Mapping[str, Kind]
