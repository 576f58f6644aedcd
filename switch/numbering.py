"""The number plan: which called numbers there are, how long they are, and where each leads.

A row covers the numbers that begin with its prefix and with no longer prefix of another row. A number is good when its
length lies between the row's min_digits and max_digits. While a good number can still become a longer good one the
verdict is GOOD, and the register waits for digits until its inter-digit time is over (open numbering); it is COMPLETE
when it cannot. Congestion is no matter of the plan: whoever owns the routes lays it
over the verdict.

Each trunk group has its own plan: rows without `groups` hold for all of them, a row with them goes before a general one
of the same prefix.

Refused when the plan is made, because an exchange could not act on it: two rows with one prefix; min_digits above
max_digits or below the length of the prefix; a row whose every number begins with some longer prefix (unreachable); and
a row whose number is complete, at its max_digits, while a longer prefix begins with that very number (ambiguous: the
register would stop before the longer number was there).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.plan import Treatment, Verdict
from kmcc.switch.errors import SwitchError

_DIGITS: Final = "0123456789"


class NumberPlanError(SwitchError):
    """A plan that cannot be used: which row, what is expected of it."""

    def __init__(self, row: "NumberRow", expected: str) -> None:
        super().__init__(
            f"number plan row prefix={row.prefix!r} min={row.min_digits} max={row.max_digits} route={row.route!r}: "
            f"expected {expected}"
        )
        self.row = row


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One row as it is configured.

    `ani_after`: after which called digit the calling number is asked for, 0 = never; `control`: who controls the
    release; None = as the profile of the trunk group says. `groups`: whose calls the row is for, none = all.
    `is_end_to_end`: as soon as the row is certain the next exchange of the route takes the number from its first digit.
    """

    prefix: str
    min_digits: int
    max_digits: int
    route: str
    charge_class: str
    ani_after: int | None = None
    control: Control | None = None
    groups: tuple[str, ...] = ()
    is_end_to_end: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Where a good number leads, and how the call is charged."""

    name: str
    charge_class: str


def _rows_of(rows: Iterable[NumberRow], group: str) -> tuple[NumberRow, ...]:
    """The rows that hold for calls of this trunk group."""
    rows = tuple(rows)
    own = {row.prefix for row in rows if group in row.groups}
    return tuple(row for row in rows if group in row.groups or (not row.groups and row.prefix not in own))


class NumberPlan:
    """The immutable plan of a trunk group; all questions are pure functions of the digits."""

    def __init__(self, rows: Iterable[NumberRow]) -> None:
        self.rows: Final = tuple(rows)
        self._by_prefix: dict[str, NumberRow] = {}
        for row in self.rows:
            self._add(row)
        self._proper_beginnings: Final = frozenset(
            prefix[:length] for prefix in self._by_prefix for length in range(len(prefix))
        )
        self._beginnings: Final = self._proper_beginnings | self._by_prefix.keys()
        for row in self.rows:
            self._check_reachable(row)
        for row in self.rows:
            self._check_unambiguous(row)

    def analyse(self, digits: str) -> Verdict:
        """What is known after these digits, while more may come."""
        row = self._row(digits)
        if row is None:
            return Verdict.MORE if digits in self._beginnings else Verdict.VACANT
        if len(digits) > row.max_digits or not _is_number(digits):
            return Verdict.VACANT
        if row.is_end_to_end:
            return Verdict.MORE if digits in self._proper_beginnings else Verdict.TRANSIT
        if len(digits) == row.max_digits:
            return Verdict.COMPLETE
        return Verdict.GOOD if len(digits) >= row.min_digits else Verdict.MORE

    def treat(self, digits: str) -> Treatment:
        """Of the row of these digits; while rows that are possible disagree, the calling number is not asked for."""
        own = self._row(digits)
        possible = {row.ani_after for row in self.rows if row is own or row.prefix.startswith(digits)}
        ani_after = next(iter(possible), None) if len(possible) <= 1 else len(digits) + 1
        return Treatment(ani_after, None if own is None else own.control)

    def route(self, digits: str) -> Route | None:
        """Where a good number leads, or the beginning of one end to end; None when it is neither."""
        row = self._row(digits)
        if row is None or not _is_number(digits) or len(digits) > row.max_digits:
            return None
        if len(digits) < row.min_digits and not row.is_end_to_end:
            return None
        return Route(row.route, row.charge_class)

    def _row(self, digits: str) -> NumberRow | None:
        """The row with the longest prefix of these digits."""
        for length in range(len(digits), 0, -1):
            row = self._by_prefix.get(digits[:length])
            if row is not None:
                return row
        return None

    def _add(self, row: NumberRow) -> None:
        if not _is_number(row.prefix):
            raise NumberPlanError(row, "a prefix of one or more digits 0-9")
        if not len(row.prefix) <= row.min_digits <= row.max_digits:
            raise NumberPlanError(row, f"{len(row.prefix)} (the prefix) <= min_digits <= max_digits")
        if not row.route:
            raise NumberPlanError(row, "the name of a route")
        if row.prefix in self._by_prefix:
            raise NumberPlanError(row, f"no second row for the prefix of {self._by_prefix[row.prefix].route!r}")
        self._by_prefix[row.prefix] = row

    def _check_reachable(self, row: NumberRow) -> None:
        """The shortest numbers of the row have the fewest longer prefixes in their way."""
        if self._covered(row, row.prefix):
            raise NumberPlanError(row, "numbers of its own: every one begins with a longer prefix of another row")

    def _covered(self, row: NumberRow, digits: str) -> bool:
        if digits in self._by_prefix and digits != row.prefix:
            return True
        if len(digits) == row.min_digits or digits not in self._beginnings:
            return False
        return all(self._covered(row, digits + digit) for digit in _DIGITS)

    def _check_unambiguous(self, row: NumberRow) -> None:
        """Whether a number ends, at the max_digits of its row, on the way to this row's prefix."""
        for length in range(1, len(row.prefix)):
            shorter = self._row(row.prefix[:length])
            if shorter is not None and shorter.max_digits == length:
                raise NumberPlanError(
                    shorter,
                    f"max_digits >= {len(row.prefix)}, for the prefix {row.prefix!r} begins with its complete number",
                )


class NumberPlans:
    """The plan of each trunk group by its name; that of any other name, and of calls of our own, is the general one."""

    def __init__(self, rows: Iterable[NumberRow]) -> None:
        self.rows: Final = tuple(rows)
        self._general: Final = NumberPlan(_rows_of(self.rows, ""))
        groups = dict.fromkeys(group for row in self.rows for group in row.groups)
        self._by_group: Final = {group: NumberPlan(_rows_of(self.rows, group)) for group in groups}

    def of(self, group: str) -> NumberPlan:
        return self._by_group.get(group, self._general)


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit()
