"""[[digit_rules]] of kmcc.toml, and what a trunk group shows of who calls."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from kmcc.config.finding import Finding
from kmcc.config.sections import Section
from kmcc.config.values import Digits, Name
from kmcc.config.wording import value_words
from kmcc.switch.digit_rules import BorderRules, DigitRule, DigitRuleError, DigitRules, Show

if TYPE_CHECKING:
    from kmcc.config.model import Config


def _digits_or_none(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 24):
        raise ValueError('up to 24 digits in quotes, or ""')
    return text


class DigitRuleRow(Section):
    """The longest prefix that fits a number counts."""

    trunk_group: Name
    direction: Literal["in", "out"]
    number: Literal["called", "calling"] = "called"
    prefix: Digits
    strip: int = Field(default=0, ge=0, le=24)
    add: Annotated[str, AfterValidator(_digits_or_none)] = ""


def border_rules(config: "Config", group: str) -> BorderRules:
    """DigitRuleError when they cannot be."""
    section = next(one for one in config.trunk_groups if one.name == group)
    return BorderRules(
        called_in=_rules(config, group, "in", "called"),
        calling_in=_rules(config, group, "in", "calling"),
        called_out=_rules(config, group, "out", "called"),
        calling_out=_rules(config, group, "out", "calling"),
        show=Show(section.calling),
        number=section.calling_number,
        category=section.calling_category,
    )


def _rules(config: "Config", group: str, direction: str, number: str) -> DigitRules:
    wanted = (group, direction, number)
    rows = (row for row in config.digit_rules if (row.trunk_group, row.direction, row.number) == wanted)
    return DigitRules([DigitRule(row.prefix, row.strip, row.add) for row in rows])


def digit_rules_make_numbers(config: "Config") -> Iterator[Finding]:
    names = [group.name for group in config.trunk_groups]
    for index, row in enumerate(config.digit_rules):
        if row.trunk_group not in names:
            expected = f"one of {', '.join(names) or '(there is none)'}"
            yield Finding(("digit_rules", index, "trunk_group"), value_words(row.trunk_group), expected)
        if row.strip > len(row.prefix):
            expected = f"{len(row.prefix)} at most, the length of the prefix"
            yield Finding(("digit_rules", index, "strip"), str(row.strip), expected)
            return
    for index, name in enumerate(names):
        try:
            border_rules(config, name)
        except DigitRuleError as error:
            yield Finding(("trunk_groups", index), f"{name}: {error}", None)
