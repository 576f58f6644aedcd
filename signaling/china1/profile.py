"""The settings of a China No.1 trunk group: line codes (GB 3971.2-83), timers and register values (GB 3377-82).

Country and exchange variants are data laid over `LOCAL`, every refusal naming its row:

    name = "toll"
    [forward]   seizure = 0b0011      line codes by state name
    [backward]  answer = 0b0111
    [timers]    t1 = 15000            ms by row name
    [register]  ani_after_digits = 1  the other fields of Profile

Every profile is checked when it is made, so the tables never meet one that cannot work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from kmcc.signaling.china1.codes import BACKWARD, FORWARD, MUST_DIFFER, TIMERS, Backward, Forward, Kb, Repeat, Timer
from kmcc.signaling.china1.messages import Failure
from kmcc.signaling.effects import ProfileError

StateT = TypeVar("StateT", bound=Enum)


@dataclass(frozen=True, slots=True)
class Profile:
    name: str = "local"
    forward: Mapping[Forward, int] = field(default_factory=lambda: FORWARD)
    backward: Mapping[Backward, int] = field(default_factory=lambda: BACKWARD)
    timers: tuple[Timer, ...] = TIMERS
    level_dbm0: float = -11.5  # of each frequency sent (Q.454)
    ani_after_digits: int = 1  # incoming: A6 after this called digit or the last one; 0 = never
    end_of_cli: int = 15
    ka: int = 1  # ordinary subscriber, periodic billing
    kd: int = 3  # local telephone
    repeat: Repeat = Repeat.FROM_FIRST
    pulse_signals: tuple[int, ...] = (3, 4)  # A signals that may be sent as a pulse
    toll_kd: tuple[int, ...] = (1, 2, 5, 6)  # KD to which the left column of KB applies
    free_kb: tuple[int, ...] = (1, 6)
    busy_kb: tuple[int, ...] = (2, 3, 4)
    vacant_kb: int = 5
    local_busy_kb: int = 4  # what our own incoming end sends for busy
    toll_busy_kb: int = 2
    congestion_kb: int = 4  # on a local call KB4 is busy or congestion; the caller hears busy

    def __post_init__(self) -> None:
        for wrong in (*_wrong_codes(self), *_wrong_timers(self), *_wrong_signals(self), *_wrong_kb(self)):
            raise ProfileError(f"profile {self.name}: {wrong}")

    def ms(self, timer: str) -> int:
        return next(row.ms for row in self.timers if row.name == timer)

    def kb_meaning(self, kb: int, kd: int) -> Kb | None:
        """None = a spare KB, which nobody should send."""
        if kb in self.free_kb:
            return Kb.FREE
        if kb == self.vacant_kb:
            return Kb.VACANT
        if kb == self.congestion_kb and kd in self.toll_kd:
            return Kb.CONGESTION
        return Kb.BUSY if kb in self.busy_kb else None

    def kb_for(self, failure: Failure, kd: int) -> int:
        """The KB that tells this failure to a caller of this class."""
        if failure is Failure.VACANT_NUMBER:
            return self.vacant_kb
        if failure is Failure.CALLED_BUSY:
            return self.toll_busy_kb if kd in self.toll_kd else self.local_busy_kb
        return self.congestion_kb


def _wrong_codes(profile: Profile) -> list[str]:
    codes: dict[Forward | Backward, int] = dict([*profile.forward.items(), *profile.backward.items()])
    wrong = [f"{_row(state)} is missing" for state in (*Forward, *Backward) if state not in codes]
    # 0000 would imitate the multiframe alignment (G.704), so it is no code.
    wrong += [f"{_row(s)} must be 1..15, got {code}" for s, code in codes.items() if not 1 <= code <= 15]
    if wrong:
        return wrong
    return [
        f"{_row(one)} and {_row(two)} must differ, both are {codes[one]:04b}"
        for one, two in MUST_DIFFER
        if codes[one] == codes[two]
    ]


def _row(state: Forward | Backward) -> str:
    return f"{type(state).__name__.lower()}.{state.value}"


def _wrong_timers(profile: Profile) -> list[str]:
    given = [row.name for row in profile.timers]
    wrong = [f"timers.{row.name} is missing" for row in TIMERS if row.name not in given]
    wrong += [f"timers.{row.name} must be above 0 ms, got {row.ms}" for row in profile.timers if row.ms <= 0]
    return wrong


def _wrong_signals(profile: Profile) -> list[str]:
    p = profile
    kbs = (*p.free_kb, *p.busy_kb, p.vacant_kb, p.local_busy_kb, p.toll_busy_kb, p.congestion_kb)
    rows: tuple[tuple[str, tuple[int, ...], int, int], ...] = (
        ("ani_after_digits", (p.ani_after_digits,), 0, 99),
        ("end_of_cli", (p.end_of_cli,), 11, 15),
        ("ka", (p.ka,), 1, 15),
        ("kd", (p.kd, *p.toll_kd), 1, 6),
        ("pulse_signals", p.pulse_signals, 1, 6),
        ("kb", kbs, 1, 6),
    )
    wrong = [
        f"register.{name} must be {low}..{high}, got {value}"
        for name, values, low, high in rows
        for value in values
        if not low <= value <= high
    ]
    if not -35 <= p.level_dbm0 <= -5:
        wrong.append(f"register.level_dbm0 must be -35..-5 (Q.455), got {p.level_dbm0}")
    return wrong


def _wrong_kb(profile: Profile) -> list[str]:
    """Each KB may mean one thing, except that busy and congestion share KB4 (GB 3377-82)."""
    p = profile
    clashes = (
        ("free_kb", p.free_kb, "busy_kb", p.busy_kb),
        ("free_kb", p.free_kb, "vacant_kb", (p.vacant_kb,)),
        ("free_kb", p.free_kb, "congestion_kb", (p.congestion_kb,)),
        ("busy_kb", p.busy_kb, "vacant_kb", (p.vacant_kb,)),
        ("vacant_kb", (p.vacant_kb,), "congestion_kb", (p.congestion_kb,)),
    )
    wrong = [
        f"register.{one} and register.{two} both have {kb}"
        for one, ones, two, twos in clashes
        for kb in ones
        if kb in twos
    ]
    for name, kb in (("local_busy_kb", p.local_busy_kb), ("toll_busy_kb", p.toll_busy_kb)):
        if kb not in p.busy_kb:
            wrong.append(f"register.{name} is {kb}, which is not in register.busy_kb")
    return wrong if p.free_kb else [*wrong, "register.free_kb is empty"]


LOCAL: Final = Profile()

SECTIONS: Final = ("name", "forward", "backward", "timers", "register")
REGISTER_ROWS: Final = tuple(
    row.name for row in fields(Profile) if row.name not in {"name", "forward", "backward", "timers"}
)


def load_profile(data: Mapping[str, object]) -> Profile:
    """The default profile with this data over it."""
    for key in data:
        if key not in SECTIONS:
            raise ProfileError(f"profile: unknown key {key}; known are {', '.join(SECTIONS)}")
    name = data.get("name", LOCAL.name)
    if not isinstance(name, str):
        raise ProfileError(f"profile: name must be text, got {name!r}")
    return replace(
        LOCAL,
        name=name,
        forward=_codes(LOCAL.forward, Forward, _section(data, "forward")),
        backward=_codes(LOCAL.backward, Backward, _section(data, "backward")),
        timers=_timers(_section(data, "timers")),
        **_register(_section(data, "register")),
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


def _timers(rows: Mapping[str, object]) -> tuple[Timer, ...]:
    names = tuple(timer.name for timer in LOCAL.timers)
    for row in rows:
        _known("timers", row, names)
    return tuple(
        replace(timer, ms=_whole(f"timers.{timer.name}", rows.get(timer.name, timer.ms))) for timer in LOCAL.timers
    )


def _register(rows: Mapping[str, object]) -> dict[str, Any]:  # Any: each field of Profile has its own type
    given: dict[str, object] = {}
    for row, value in rows.items():
        _known("register", row, REGISTER_ROWS)
        given[row] = _typed(f"register.{row}", getattr(LOCAL, row), value)
    return given


def _typed(row: str, like: object, value: object) -> object:
    """The value in the type of the default's field."""
    if isinstance(like, tuple):
        if not isinstance(value, (list, tuple)):
            raise ProfileError(f"profile: {row} must be a list of signals, got {value!r}")
        return tuple(_whole(row, signal) for signal in value)
    if isinstance(like, Repeat):
        if value not in [way.value for way in Repeat]:
            raise ProfileError(f"profile: {row} must be from_first or last_but_one, got {value!r}")
        return Repeat(value)
    if isinstance(like, float):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ProfileError(f"profile: {row} must be a level in dBm0, got {value!r}")
        return float(value)
    return _whole(row, value)
