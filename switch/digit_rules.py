"""Digits and identity of a trunk group: what is stripped and added at its border, and which calling number is shown.

A rule fits numbers that begin with its prefix; the longest prefix counts. Rules of incoming called numbers hold while
the digits come: the number plan sees what they make of them, and waits while a rule may still come to fit. Records and
flows have the numbers as they are inside, the far exchange gets them as the rules of its group make them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kmcc.signaling.china1.plan import Analyse, Treat, Treatment, Verdict
from kmcc.switch.circuit import CallingParty
from kmcc.switch.errors import SwitchError


class DigitRuleError(SwitchError):
    """A rule that would make no number."""


@dataclass(frozen=True, slots=True)
class DigitRule:
    prefix: str
    strip: int = 0
    add: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.strip <= len(self.prefix):
            expected = f"0 to {len(self.prefix)}, digits of its prefix"
            raise DigitRuleError(f"rule {self.prefix!r}: strips {self.strip}, expected {expected}")

    def apply(self, digits: str) -> str:
        return self.add + digits[self.strip :]


class DigitRules:
    """Of one number in one direction; numbers that no rule fits stay as they are."""

    def __init__(self, rules: Sequence[DigitRule] = ()) -> None:
        self._rules = {rule.prefix: rule for rule in rules}
        if len(self._rules) < len(rules):
            raise DigitRuleError("two rules with one prefix, expected each once")

    def __bool__(self) -> bool:
        return bool(self._rules)

    def apply(self, digits: str) -> str:
        rule = self.rule_for(digits)
        return digits if rule is None else rule.apply(digits)

    def rule_for(self, digits: str) -> DigitRule | None:
        fitting = [prefix for prefix in self._rules if digits.startswith(prefix)]
        return self._rules[max(fitting, key=len)] if fitting else None

    def may_change(self, digits: str) -> bool:
        """Whether with more digits a rule may fit that does not yet."""
        return any(len(prefix) > len(digits) and prefix.startswith(digits) for prefix in self._rules)


class Show(Enum):
    """Which calling number the far exchange gets."""

    AS_RECEIVED = "as_received"
    WITHHELD = "withheld"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class BorderRules:
    """Of one trunk group. `number` replaces the calling one, `category` (KA) the category, where they are set."""

    called_in: DigitRules = DigitRules()  # noqa: RUF009  it does not change
    calling_in: DigitRules = DigitRules()  # noqa: RUF009
    called_out: DigitRules = DigitRules()  # noqa: RUF009
    calling_out: DigitRules = DigitRules()  # noqa: RUF009
    show: Show = Show.AS_RECEIVED
    number: str | None = None
    category: int | None = None

    def __post_init__(self) -> None:
        if (self.show is Show.REPLACED) != (self.number is not None):
            raise DigitRuleError("calling: expected a number where it is replaced, and only there")

    # --- calls that arrive ------------------------------------------------------------------------------------------

    def incoming(self, called: str, calling: CallingParty) -> tuple[str, CallingParty]:
        number = calling.number
        inside = calling if number is None else replace(calling, number=self.calling_in.apply(number))
        return self.called_in.apply(called), inside

    def over(self, analyse: Analyse) -> Analyse:
        """The plan as digits come that are not yet what the rules make of them."""
        rules = self.called_in
        if not rules:
            return analyse
        return lambda digits: Verdict.MORE if rules.may_change(digits) else analyse(rules.apply(digits))

    def over_treat(self, treat: Treat) -> Treat:
        """The digit after which the calling number is asked for counts as the digits come."""
        rules = self.called_in
        if not rules:
            return treat

        def treated(digits: str) -> Treatment:
            rule = rules.rule_for(digits)
            what = treat(rules.apply(digits))
            if rule is None or not what.ani_after:
                return what
            return replace(what, ani_after=max(1, what.ani_after + rule.strip - len(rule.add)))

        return treated

    # --- calls that leave -------------------------------------------------------------------------------------------

    def outgoing(self, called: str, calling: CallingParty) -> tuple[str, CallingParty]:
        number = calling.number
        match self.show:
            case Show.WITHHELD:
                number = None
            case Show.REPLACED:
                number = self.number
            case Show.AS_RECEIVED:
                number = None if number is None else self.calling_out.apply(number)
        category = calling.category if self.category is None else self.category
        return self.called_out.apply(called), replace(calling, number=number, category=category)
