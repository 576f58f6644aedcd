"""The check before a campaign's first call: who will be called, who will be skipped, and why."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import Enum
from types import MappingProxyType

from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.schedule import Schedule


class SkipReason(Enum):
    """Why a number is not called at all."""

    NOT_A_NUMBER = "not a telephone number"
    NO_ROUTE = "no route to it"
    DO_NOT_CALL = "on the do-not-call list"
    SAME_NUMBER = "number of an earlier contact"
    OVER_BUDGET = "called too often already"
    OUTSIDE = "outside all windows"


@dataclass(frozen=True, slots=True)
class Skipped:
    contact: Contact
    why: SkipReason


@dataclass(frozen=True, slots=True)
class DroppedNumber:
    """The contact is called by another of his numbers."""

    contact: str
    number: str
    why: SkipReason


@dataclass(frozen=True, slots=True)
class Preflight:
    """Who will be called, in order, by the numbers that are left; who is skipped, by the reason of his first number."""

    to_call: tuple[Contact, ...]
    skipped: tuple[Skipped, ...]
    dropped: tuple[DroppedNumber, ...] = ()

    def counts(self) -> dict[SkipReason, int]:
        """Skipped contacts by reason, every reason with its figure."""
        found = Counter(one.why for one in self.skipped)
        return {why: found[why] for why in SkipReason}


@dataclass(frozen=True, slots=True)
class Checks:
    """What a number is checked against. `spent` counts its calls of today in all campaigns, `a_day` is their limit.

    `has_route` is the number plan's word, None = not asked.
    """

    schedule: Schedule
    now: datetime
    do_not_call: Collection[str] = frozenset()
    has_route: Callable[[str], bool] | None = None
    spent: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    a_day: int | None = None
    _known: dict[tzinfo | None, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def reason(self, contact: Contact, number: str, taken: Collection[str]) -> SkipReason | None:
        """None = it may be called."""
        if not (number.isascii() and number.isdigit()):
            return SkipReason.NOT_A_NUMBER
        if self.has_route is not None and not self.has_route(number):
            return SkipReason.NO_ROUTE
        if number in self.do_not_call:
            return SkipReason.DO_NOT_CALL
        if number in taken:
            return SkipReason.SAME_NUMBER
        if self._is_spent(contact, number):
            return SkipReason.OVER_BUDGET
        return None if self._opens(contact.zone) else SkipReason.OUTSIDE

    def _opens(self, zone: tzinfo | None) -> bool:
        """Asked once for each zone: a list is long and has few of them."""
        if zone not in self._known:
            self._known[zone] = self.schedule.next_open(self.now, zone) is not None
        return self._known[zone]

    def _is_spent(self, contact: Contact, number: str) -> bool:
        """Nothing left of today, and no other day to come."""
        if self.a_day is None or self.spent.get(number, 0) < self.a_day:
            return False
        tomorrow = self.schedule.next_day(self.now, contact.zone)
        return self.schedule.next_open(tomorrow, contact.zone) is None


def preflight(contacts: tuple[Contact, ...], checks: Checks) -> Preflight:
    to_call: list[Contact] = []
    skipped: list[Skipped] = []
    dropped: list[DroppedNumber] = []
    taken: set[str] = set()
    for contact in contacts:
        reasons = {number: checks.reason(contact, number, taken) for number in contact.numbers}
        good = tuple(number for number, why in reasons.items() if why is None)
        bad = [(number, why) for number, why in reasons.items() if why is not None]
        if good:
            to_call.append(replace(contact, numbers=good))
            dropped += [DroppedNumber(contact.id, number, why) for number, why in bad]
            taken.update(good)
        else:
            skipped.append(Skipped(contact, bad[0][1] if bad else SkipReason.NOT_A_NUMBER))
    return Preflight(tuple(to_call), tuple(skipped), tuple(dropped))
