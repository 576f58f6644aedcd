"""What the interpreter wants done, and what it is told about it. One effect of the second kind ends each turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kmcc.switch.announce import Language
from kmcc.switch.circuit import Cause
from kmcc.switch.voice.value import Secret, Value

# --- done at once, nothing comes back ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrived:
    """The caller is at a node."""

    node: str


@dataclass(frozen=True, slots=True)
class Chose:
    """A key was pressed that leads somewhere."""

    node: str
    key: str
    target: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A key that means nothing here; "" = no key."""

    node: str
    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """So often in vain; the caller has not proved who he is."""

    check: str
    tries: int


@dataclass(frozen=True, slots=True)
class Speak:
    """From now on in this language."""

    language: Language


# --- waited for, each with its own news ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """Answered by Done."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listen:
    """Play until a key comes, then wait so long for one. Answered by Key."""

    names: tuple[str, ...]
    timeout_s: float
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A business function. Answered by Told."""

    function: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Verify:
    """Answered by Told: done with `number`, or wrong, or failed."""

    check: str
    account: Secret
    password: Secret


@dataclass(frozen=True, slots=True)
class ToSeat:
    """Answered by Told: done or full."""

    service: str | None


@dataclass(frozen=True, slots=True)
class SendFax:
    """Answered by Told: done (sent), kept or unavailable."""

    document: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Play, then record. Answered by Told: done or nothing."""

    topic: str
    names: tuple[str, ...]
    limit_s: float
    silence_s: float


@dataclass(frozen=True, slots=True)
class PromiseCall:
    """Answered by Told: done or refused."""

    service: str | None
    number: str


@dataclass(frozen=True, slots=True)
class Release:
    """The end; nothing answers it."""

    cause: Cause
    after_s: float


Instant = Arrived | Chose | Missed | Refused | Speak
Awaited = Say | Listen | Ask | Verify | ToSeat | SendFax | TakeMessage | PromiseCall | Release
Effect = Instant | Awaited

# --- news ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """It was said."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key, "" = none came. It may be a secret's: no repr shows it."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """How it went, and what came of it."""

    outcome: str
    values: Mapping[str, Value] = field(default_factory=dict)


News = Done | Key | Told
