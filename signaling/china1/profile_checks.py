"""Which rows of a China No.1 profile cannot be: codes, timers, register signals and KB that contradict each other."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kmcc.signaling.china1.codes import MUST_DIFFER, TIMERS, Backward, Forward, Prefix
from kmcc.signaling.china1.line_checks import wrong_line

if TYPE_CHECKING:
    from kmcc.signaling.china1.profile import Profile

LEAST_MS: Final = {"glare_hold": 100, "answer_guard": 75}
# The last: the far end may wait as long for re-answer as we do, and that is no fault of its.
LONGER: Final = (("interdigit", "pulse_gap"), ("pulse_ignore", "pulse"), ("await_clear", "reanswer"))


def wrong_rows(profile: "Profile") -> Iterable[str]:
    """One sentence a row that is wrong, each naming it."""
    for check in (_wrong_codes, _wrong_timers, _wrong_signals, _wrong_prefixes, _wrong_kb, wrong_line):
        yield from check(profile)


def _wrong_codes(profile: "Profile") -> list[str]:
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


def _wrong_timers(profile: "Profile") -> list[str]:
    given = [row.name for row in profile.timers]
    wrong = [f"timers.{row.name} is missing" for row in TIMERS if row.name not in given]
    wrong += [f"timers.{row.name} must be above 0 ms, got {row.ms}" for row in profile.timers if row.ms <= 0]
    wrong += [
        f"timers.{row.name} must be at least {LEAST_MS[row.name]} ms, got {row.ms}"
        for row in profile.timers
        if 0 < row.ms < LEAST_MS.get(row.name, 0)
    ]
    return wrong or [
        f"timers.{longer} must be above timers.{shorter}, got {profile.ms(longer)} and {profile.ms(shorter)}"
        for longer, shorter in LONGER
        if profile.ms(longer) <= profile.ms(shorter)
    ]


def _wrong_signals(profile: "Profile") -> list[str]:
    p = profile
    kbs = (*p.free_kb, *p.busy_kb, p.vacant_kb, p.local_busy_kb, p.toll_busy_kb, p.congestion_kb)
    rows: tuple[tuple[str, tuple[int, ...], int, int], ...] = (
        ("ani_after_digits", (p.ani_after_digits,), 0, 99),
        ("end_of_cli", (p.end_of_cli,), 11, 15),
        ("absent_cli", p.absent_cli, 11, 15),
        ("end_of_called", (p.end_of_called or 15,), 11, 15),
        ("ka", (p.ka,), 1, 10),
        ("kd", (p.kd, *p.toll_kd), 1, 6),
        ("pulse_signals", p.pulse_signals, 3, 4),
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


def _wrong_prefixes(profile: "Profile") -> list[str]:
    rows = [(prefix.value, profile.prefix_signal(prefix)) for prefix in Prefix]
    wrong = [f"register.{name} must be 11..15, got {signal}" for name, signal in rows if not 11 <= signal <= 15]
    return wrong + [
        f"register.{one} and register.{two} both have {signal}"
        for n, (one, signal) in enumerate(rows)
        for two, other in rows[n + 1 :]
        if (one[:2], signal) == (two[:2], other)
    ]


def _wrong_kb(profile: "Profile") -> list[str]:
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
