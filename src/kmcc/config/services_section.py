"""[[services]] of kmcc.toml: what differs for one service's callers from [queue], and when it is open."""

import re
from datetime import date, time
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from kmcc.config.sections import Section, Skill
from kmcc.config.values import at_least_one, clock_time

_SPAN: Final = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_EXPECTED: Final = 'from one time of the day to a later one, such as "08:00-12:00"'


def hours(value: object) -> tuple[time, time]:
    """ "08:00-12:00", or two times."""
    match value:
        case (time() as start, time() as end):
            span = (start, end)
        case str() if found := _SPAN.fullmatch(value):
            end = time.max if found[2] == "24:00" else clock_time(found[2])
            span = (clock_time(found[1]), end)
        case _:
            raise ValueError(_EXPECTED)
    if span[0] >= span[1]:
        raise ValueError(_EXPECTED)
    return span


Hours = Annotated[tuple[time, time], BeforeValidator(hours)]
Weekday = Annotated[int, Field(ge=1, le=7)]


class Service(Section):
    """None = as [queue] says, or without."""

    name: Skill
    answer_within_s: int | None = Field(default=None, ge=1, le=600)
    max_wait_s: int | None = Field(default=None, ge=1, le=7200)
    max_length: int | None = Field(default=None, ge=0, le=10_000)
    overflow: Skill | None = None
    overflow_s: int = Field(default=60, ge=0, le=7200)
    hours: tuple[Hours, ...] = ()
    days: Annotated[tuple[Weekday, ...], AfterValidator(at_least_one)] = (1, 2, 3, 4, 5, 6, 7)
    holidays: tuple[date, ...] = ()
