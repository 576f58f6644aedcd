"""The settings of a China No.1 trunk group: line codes (GB 3971.2-83), timers and register values (GB 3377-82).

Country and exchange variants are data laid over `LOCAL`, every refusal naming its row:

    name = "toll"
    [forward]   seizure = 0b0011      line codes by state name
    [backward]  answer = 0b0111
    [timers]    t1 = 15000            ms by row name
    [line]      control = "calling"   the fields of LineRules
    [register]  ani_after_digits = 1  the other fields of Profile

Every profile is checked when it is made, so the tables never meet one that cannot work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from kmcc.signaling.china1.codes import (
    BACKWARD,
    FORWARD,
    TIMERS,
    Ani,
    Backward,
    Control,
    Forward,
    Kb,
    Leading,
    Prefix,
    Repeat,
    Timer,
)
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile_checks import wrong_rows
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import ProfileError

StateT = TypeVar("StateT", bound=Enum)


@dataclass(frozen=True, slots=True)
class Profile:
    name: str = "local"
    forward: Mapping[Forward, int] = field(default_factory=lambda: FORWARD)
    backward: Mapping[Backward, int] = field(default_factory=lambda: BACKWARD)
    timers: tuple[Timer, ...] = TIMERS
    line: LineRules = field(default_factory=LineRules)
    level_dbm0: float = -11.5  # of each frequency sent (Q.454)
    ani_after_digits: int = 1  # incoming: A6 after this called digit or the last one; 0 = never
    ani: Ani = Ani.NUMBER  # what A6 asks for
    end_of_cli: int = 15
    absent_cli: tuple[int, ...] = (12,)  # incoming: these, too, end a calling number; there is none then (Q.480 I-12)
    end_of_called: int = 0  # outgoing: sent after the last digit when one more is asked for; 0 = not agreed
    ka: int = 1  # ordinary subscriber, periodic billing
    kd: int = 3  # local telephone
    leading: Leading = Leading.NONE  # KC or KE may come before the called number
    kc_priority: int = 11
    kc_designated: int = 12  # Z
    kc_test: int = 13  # T
    kc_satellite: int = 14  # W, satellite-hop control
    ke_tandem: int = 11  # H
    ke_test: int = 13  # T
    repeat: Repeat = Repeat.FROM_FIRST
    repeat_leading: bool = True  # A2 asks for KC and KE again, too
    pulse_signals: tuple[int, ...] = (3, 4)  # A signals that may be sent as a pulse
    toll_kd: tuple[int, ...] = (1, 2, 5, 6)  # KD to which the left column of KB applies
    free_kb: tuple[int, ...] = (1, 6)
    busy_kb: tuple[int, ...] = (2, 3, 4)
    vacant_kb: int = 5
    local_busy_kb: int = 4  # what our own incoming end sends for busy
    toll_busy_kb: int = 2
    congestion_kb: int = 4  # on a local call KB4 is busy or congestion; the caller hears busy

    def __post_init__(self) -> None:
        for wrong in wrong_rows(self):
            raise ProfileError(f"profile {self.name}: {wrong}")

    def ms(self, timer: str) -> int:
        return next(row.ms for row in self.timers if row.name == timer)

    def prefix_signal(self, prefix: Prefix) -> int:
        return int(getattr(self, prefix.value))

    def prefix_of(self, signal: int) -> Prefix | None:
        """What this signal says before the called number; None where no such signal may come."""
        return next((prefix for prefix in self.prefixes if self.prefix_signal(prefix) == signal), None)

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """Those of its kind of circuit."""
        return tuple(prefix for prefix in Prefix if prefix.value.startswith(f"{self.leading.value}_"))

    def kb_meaning(self, kb: int, kd: int) -> Kb | None:
        """None = a spare KB, which nobody should send."""
        if kb in self.free_kb:
            return Kb.FREE
        if kb == self.vacant_kb:
            return Kb.VACANT
        if kb == self.congestion_kb and kd in self.toll_kd:
            return Kb.CONGESTION
        return Kb.BUSY if kb in self.busy_kb else None

    def free_kb_for(self, kd: int, control: Control | None = None) -> int:
        """The KB for a free called party; on a local call it also says that the caller controls the release."""
        by_caller = (control or self.line.control) is Control.CALLING and kd not in self.toll_kd
        wanted = [kb for kb in self.line.calling_control_kb if kb in self.free_kb] if by_caller else []
        return (*wanted, *self.free_kb)[0]

    def kb_for(self, failure: Failure, kd: int) -> int:
        """The KB that tells this failure to a caller of this class."""
        if failure is Failure.VACANT_NUMBER:
            return self.vacant_kb
        if failure is Failure.CALLED_BUSY:
            return self.toll_busy_kb if kd in self.toll_kd else self.local_busy_kb
        return self.congestion_kb


LOCAL: Final = Profile()

SECTIONS: Final = ("name", "forward", "backward", "timers", "line", "register")
REGISTER_ROWS: Final = tuple(row.name for row in fields(Profile) if row.name not in SECTIONS)
LINE_ROWS: Final = tuple(row.name for row in fields(LineRules))


def load_profile(data: Mapping[str, object], base: Profile = LOCAL) -> Profile:
    """The base profile with this data over it."""
    for key in data:
        if key not in SECTIONS:
            raise ProfileError(f"profile: unknown key {key}; known are {', '.join(SECTIONS)}")
    name = data.get("name", base.name)
    if not isinstance(name, str):
        raise ProfileError(f"profile: name must be text, got {name!r}")
    return replace(
        base,
        name=name,
        forward=_codes(base.forward, Forward, _section(data, "forward")),
        backward=_codes(base.backward, Backward, _section(data, "backward")),
        timers=_timers(base.timers, _section(data, "timers")),
        line=replace(base.line, **_rows("line", LINE_ROWS, base.line, _section(data, "line"))),
        **_rows("register", REGISTER_ROWS, base, _section(data, "register")),
    )


def _section(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    rows = data.get(name, {})
    if not isinstance(rows, Mapping):
        raise ProfileError(f"profile: {name} must be a table, got {rows!r}")
    return rows


def _known(section: str, row: str, known: tuple[str, ...]) -> None:
    if row not in known:
        raise ProfileError(f"profile: unknown row {section}.{row}; known are {', '.join(known)}")


def _whole(row: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProfileError(f"profile: {row} must be a whole number, got {value!r}")
    return value


def _codes(base: Mapping[StateT, int], states: type[StateT], rows: Mapping[str, object]) -> Mapping[StateT, int]:
    section = states.__name__.lower()
    codes = dict(base)
    for row, value in rows.items():
        _known(section, row, tuple(state.value for state in states))
        codes[states(row)] = _whole(f"{section}.{row}", value)
    return MappingProxyType(codes)


def _timers(base: tuple[Timer, ...], rows: Mapping[str, object]) -> tuple[Timer, ...]:
    names = tuple(timer.name for timer in base)
    for row in rows:
        _known("timers", row, names)
    return tuple(replace(timer, ms=_whole(f"timers.{timer.name}", rows.get(timer.name, timer.ms))) for timer in base)


def _rows(
    section: str, known: tuple[str, ...], base: Profile | LineRules, rows: Mapping[str, object]
) -> dict[str, Any]:  # Any: each field has its own type
    given: dict[str, object] = {}
    for row, value in rows.items():
        _known(section, row, known)
        given[row] = _typed(f"{section}.{row}", getattr(base, row), value)
    return given


def _typed(row: str, like: object, value: object) -> object:
    """The value in the type of the default's field."""
    if isinstance(like, tuple):
        if not isinstance(value, (list, tuple)):
            raise ProfileError(f"profile: {row} must be a list of signals, got {value!r}")
        return tuple(_whole(row, signal) for signal in value)
    if isinstance(like, Enum):
        ways = [way.value for way in type(like)]
        if value not in ways:
            raise ProfileError(f"profile: {row} must be {' or '.join(ways)}, got {value!r}")
        return type(like)(value)
    if isinstance(like, bool):
        if not isinstance(value, bool):
            raise ProfileError(f"profile: {row} must be true or false, got {value!r}")
        return value
    if isinstance(like, float):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ProfileError(f"profile: {row} must be a level in dBm0, got {value!r}")
        return float(value)
    return _whole(row, value)
