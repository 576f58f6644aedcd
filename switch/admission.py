"""Admission at the seizure: overload control asked as soon as the first digits show whose call it is.

A number can be anybody's until its digits can no longer become an emergency number; then the call is taken, or its
register hears congestion in place of the plan's verdict. Numbers that are vacant cost no admission.
"""

import asyncio
from collections.abc import Collection
from enum import Enum

from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.switch.journal import Journal
from kmcc.switch.overload import Measured, Overload, Priority


class _Fate(Enum):
    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"


class Admission:
    """Of one call server. `emergency` numbers go first; calls by the groups `transferred_from` count as transferred."""

    def __init__(
        self,
        overload: Overload,
        journal: Journal,
        *,
        emergency: Collection[str] = (),
        transferred_from: Collection[str] = (),
    ) -> None:
        self.overload = overload
        self._journal = journal
        self._emergency = tuple(emergency)
        self._transferred_from = frozenset(transferred_from)
        self._fates: dict[str, _Fate] = {}

    def over(self, analyse: Analyse, circuit: str, group: str) -> Analyse:
        """The plan of a circuit's register with congestion laid over it."""
        ordinary = Priority.TRANSFERRED if group in self._transferred_from else Priority.ORDINARY

        def analysed(digits: str) -> Verdict:
            verdict = analyse(digits)
            if verdict is Verdict.VACANT:
                return verdict
            if self._fates.get(circuit, _Fate.OPEN) is _Fate.OPEN:
                self._decide(circuit, digits, verdict, ordinary)
            return Verdict.CONGESTION if self._fates.get(circuit) is _Fate.REFUSED else verdict

        return analysed

    def _decide(self, circuit: str, digits: str, verdict: Verdict, ordinary: Priority) -> None:
        is_emergency = digits.startswith(self._emergency)
        may_become = verdict is Verdict.MORE and any(number.startswith(digits) for number in self._emergency)
        if may_become and not is_emergency:
            return
        is_taken = self.overload.admit(Priority.EMERGENCY if is_emergency else ordinary, _now_ms())
        self._fates[circuit] = _Fate.TAKEN if is_taken else _Fate.REFUSED
        if not is_taken:
            self._journal.write("call.not_admitted", circuit=circuit, called=digits)

    def ended(self, circuit: str) -> None:
        """The call on this circuit is over; the next one is asked for anew."""
        if self._fates.pop(circuit, _Fate.OPEN) is _Fate.TAKEN:
            self.overload.end()

    def place(self, priority: Priority) -> bool:
        """Whether a call of our own may be placed; `placed_ended` is due when it is over."""
        return self.overload.admit(priority, _now_ms())

    def placed_ended(self) -> None:
        self.overload.end()

    def measure(self, lag_ms: float, load: float) -> None:
        """An interval is over: how late the brain was in it, and what share of a tick the engine needed."""
        change = self.overload.measure(Measured(_now_ms(), lag_ms, load))
        if change is not None:
            limited = change.calls_per_s is not None
            self._journal.write(
                "overload.limited" if limited else "overload.over",
                calls_per_s=None if change.calls_per_s is None else round(change.calls_per_s, 2),
                pressure=round(change.pressure, 2),
            )


def _now_ms() -> float:
    return asyncio.get_running_loop().time() * 1000.0
