"""The configured numbers as the switch's number plan."""

from kmcc.config.model import Config
from kmcc.switch.numbering import NumberPlan, NumberRow


def number_rows(config: Config) -> tuple[NumberRow, ...]:
    """One row a [[numbers]], in their order; the route is a service's or a trunk group's name."""
    return tuple(
        NumberRow(
            prefix=number.prefix,
            min_digits=number.min_digits,
            max_digits=number.max_digits,
            route=number.target,
            charge_class=number.charge_class,
        )
        for number in config.numbers
    )


def number_plan(config: Config) -> NumberPlan:
    return NumberPlan(number_rows(config))
