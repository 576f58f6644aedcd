"""What a chief asks: who calls how often, who sits there when, and how long to look."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kmcc.errors import KmccError
from kmcc.switch.queue.parties import Grade

MOST_SEATS: Final = 10_000
GRADES: Final = {grade.name.lower(): grade for grade in Grade}

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]


def _clock_time(text: str) -> str:
    hours, colon, minutes = text.partition(":")
    if not (colon and len(hours) == len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit()):
        raise ValueError("a time of day such as 08:30")
    if int(hours) * 60 + int(minutes) > 24 * 60 or int(minutes) > 59:
        raise ValueError("a time of day from 00:00 to 24:00")
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]


@dataclass(frozen=True, slots=True)
class Misfit:
    """Two parts of a plan that do not fit together; `place` is the key that is to be changed."""

    place: tuple[str | int, ...]
    found: str
    expected: str


class StaffingPlanError(KmccError):
    """The parts of a plan do not fit together."""

    def __init__(self, misfit: Misfit) -> None:
        place = ".".join(map(str, misfit.place))
        super().__init__(f"{place}: found {misfit.found}; expected {misfit.expected}")
        self.misfit = misfit


class _Part(BaseModel):
    """Nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Arrivals(_Part):
    """One Poisson stream of callers."""

    service: Text
    per_hour: Positive
    handling_s: Positive
    handling: Literal["exponential", "fixed"] = "exponential"
    patience_s: Positive | None = None  # mean, exponential; None = never gives up
    grade: Literal["ordinary", "important", "vip"] = "ordinary"
    language: Text | None = None


class Seats(_Part):
    """So many seats alike. `shift` is from when to when they sit there every day; None = always."""

    count: Annotated[int, Field(ge=1, le=MOST_SEATS)]
    skills: dict[Text, Annotated[int, Field(ge=1, le=9)]] = {}
    kind: Literal["professional", "integrated"] = "professional"
    languages: tuple[Text, ...] = ("zh", "en")
    shift: tuple[ClockTime, ClockTime] | None = None

    @model_validator(mode="after")
    def _shift_has_a_length(self) -> Self:
        if self.shift is not None and self.shift[0] == self.shift[1]:
            raise ValueError("a shift that ends at another time than it begins")
        return self

    def serves(self, arrivals: Arrivals) -> bool:
        speaks = arrivals.language is None or arrivals.language in self.languages
        return speaks and (self.kind == "integrated" or arrivals.service in self.skills)


class StaffingPlan(_Part):
    """The file of `kmcc queue simulate`. Time 0 is midnight; shifts repeat every 24 hours."""

    hours: Positive
    seed: Annotated[int, Field(ge=0)] = 1
    answer_limit_s: Annotated[float, Field(ge=0)] = 15
    warm_up_hours: Annotated[float, Field(ge=0)] | None = None  # None: a tenth of `hours` unless there are shifts
    wrap_up_s: Annotated[float, Field(ge=0)] = 0
    max_wait_s: Positive | None = None
    max_length: Annotated[int, Field(ge=0)] | None = None
    arrivals: Annotated[tuple[Arrivals, ...], Field(min_length=1)]
    seats: Annotated[tuple[Seats, ...], Field(min_length=1)]

    @property
    def warm_up_s(self) -> float:
        """Simulated before the hours that count, so that these do not begin with an empty centre."""
        if self.warm_up_hours is not None:
            return self.warm_up_hours * 3600
        has_shifts = any(seats.shift is not None for seats in self.seats)
        return 0.0 if has_shifts else self.hours * 360

    def misfits(self) -> Iterator[Misfit]:
        """Streams of callers whom nobody could ever serve."""
        names = sorted({skill for seats in self.seats for skill in seats.skills})
        known = f"one of {', '.join(names)}" if names else "integrated seats, or seats with skills"
        for index, arrivals in enumerate(self.arrivals):
            if not any(seats.serves(arrivals) for seats in self.seats):
                yield Misfit(("arrivals", index, "service"), f'"{arrivals.service}", which no seat serves', known)
