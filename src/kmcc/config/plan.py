"""The configured numbers as the switch's number plans: where calls lead, and by which trunk group they leave."""

from kmcc.config.lines_section import Extension
from kmcc.config.model import Config
from kmcc.config.sections import Number
from kmcc.signaling.china1.codes import Control
from kmcc.switch.numbering import NumberPlans, NumberRow


def number_rows(config: Config) -> tuple[NumberRow, ...]:
    """One row a [[numbers]], in their order, then one an extension; a route is a service's or a group's name."""
    return (*(_row(number, number.target) for number in config.numbers), *map(_extension, config.extensions))


def onward_rows(config: Config) -> tuple[NumberRow, ...]:
    """The rows by which an ordinary call can leave, also of numbers that a service takes first."""
    leaving = (_row(number, number.route) for number in config.numbers if number.route is not None)
    return (*leaving, *map(_extension, config.extensions))


def _extension(extension: Extension) -> NumberRow:
    length = len(extension.number)
    return NumberRow(extension.number, length, length, extension.group, extension.charge_class)


def _row(number: Number, route: str) -> NumberRow:
    return NumberRow(
        number.prefix,
        number.min_digits,
        number.max_digits,
        route,
        number.charge_class,
        ani_after=number.ani_after_digits,
        control=None if number.control is None else Control(number.control),
        groups=number.trunk_groups,
        is_end_to_end=number.transit == "end_to_end",
    )


def number_plans(config: Config) -> NumberPlans:
    """Where calls that arrive lead, by the trunk group they come by."""
    return NumberPlans(number_rows(config))


def onward_plans(config: Config) -> NumberPlans:
    """How ordinary calls leave, by the trunk group they come by."""
    return NumberPlans(onward_rows(config))
