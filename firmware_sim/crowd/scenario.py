"""A load scenario: what stands in the exchange room, who calls how often, and what callers and agents do."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kmcc.dsp.engine import CHANNELS
from kmcc.firmware_sim.crowd.step import Step
from kmcc.firmware_sim.people.subscriber import Habit
from kmcc.firmware_sim.staffing.plan import Misfit

HABITS: Final[Mapping[str, Habit]] = {habit.name.lower().replace("_", " "): habit for habit in Habit}
MOST_SEATS: Final = 4096
MOST_SPANS: Final = 256

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,24}$")]
Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    """Nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Plant(_Part):
    """The exchange room: whole spans on which calls come, and whole spans on which ours leave."""

    spans_in: Annotated[int, Field(ge=1, le=MOST_SPANS)]
    spans_transferred: Annotated[int, Field(ge=0, le=MOST_SPANS)] = 0
    """The last of `spans_in`: calls that come by these have been served elsewhere already."""
    spans_out: Annotated[int, Field(ge=0, le=MOST_SPANS)] = 0

    @model_validator(mode="after")
    def _has_ordinary_spans(self) -> Self:
        if self.spans_transferred >= self.spans_in:
            raise ValueError("spans_transferred below spans_in")
        return self

    def circuits_for(self, *, transferred: bool) -> range:
        """On which such callers call, from 0."""
        ordinary = (self.spans_in - self.spans_transferred) * CHANNELS
        return range(ordinary, self.spans_in * CHANNELS) if transferred else range(ordinary)


class Admission(_Part):
    """Overload control of the house; 0 = no limit but what it measures by itself."""

    calls_per_s: NotNegative = 0.0
    most_calls: Annotated[int, Field(ge=0)] = 0
    emergency: tuple[Digits, ...] = ()


class Staff(_Part):
    """Seats alike, with an agent each, who stays on the line until the caller has gone but no longer than `talks_s`."""

    count: Annotated[int, Field(ge=1, le=MOST_SEATS)]
    kind: Literal["professional", "integrated"] = "integrated"
    skills: Annotated[dict[Text, Annotated[int, Field(ge=1, le=9)]], Field(min_length=1)]
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1)] = ("zh",)
    picks_up_s: NotNegative = 2.0  # mean, exponential
    talks_s: Positive = 600.0


class Stream(_Part):
    """Callers alike: Poisson arrivals, `per_second` times the curve's factor, each with these steps."""

    name: Text
    called: Digits
    per_second: Positive
    curve: Text | None = None
    language: Literal["zh", "en"] = "zh"
    category: Annotated[int, Field(ge=1, le=10)] = 1
    steps: tuple[Step, ...] = ()
    is_transferred: bool = False
    """Comes by the spans of calls that have been served elsewhere already."""
    is_persistent: bool = False
    """Whoever is refused dials once more, ten seconds later."""


class Curve(_Part):
    """Minutes from the start and the factor then; straight lines between, the ends go on."""

    points: Annotated[tuple[tuple[NotNegative, NotNegative], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _runs_up(self) -> Self:
        minutes = [minute for minute, _ in self.points]
        if minutes != sorted(set(minutes)):
            raise ValueError("points whose minutes rise")
        if max(factor for _, factor in self.points) == 0:
            raise ValueError("a factor above 0 somewhere")
        return self


class Called(_Part):
    """So many subscribers of the town, numbered on from `first`, whom calls of the centre reach."""

    first: Annotated[str, Field(pattern=r"^[0-9]{7}$")]
    count: Annotated[int, Field(ge=1, le=10_000)] = 1
    habit: Literal["answers", "rings out", "machine", "fax", "busy tone", "busy signal"] = "answers"
    rings_s: NotNegative = 3.0
    talks_s: Positive = 30.0


class Fault(_Part):
    """Something that happens at a time. The house can be killed only where it has a process of its own."""

    at_minute: NotNegative
    within_minutes: NotNegative = 0.0
    """So much later at most: the seed chooses the moment."""
    what: Literal["all callers hang up", "the house is killed"]


class Scenario(_Part):
    """The file of `kmcc sim run`."""

    title: Text
    minutes: Positive
    seed: Annotated[int, Field(ge=0)] = 1
    answer_limit_s: Positive = 15.0
    wrap_up_s: Annotated[int, Field(ge=0, le=3600)] = 5
    max_waiting: Annotated[int, Field(ge=0, le=10_000)] = 1_000
    max_wait_s: Annotated[int, Field(ge=1, le=7200)] = 300
    passwords: dict[Text, Digits] = {}
    """By contract, for the sample town's customers."""
    plant: Plant
    admission: Admission = Admission()
    staff: tuple[Staff, ...] = ()
    curves: dict[str, Curve] = {}
    streams: Annotated[tuple[Stream, ...], Field(min_length=1)]
    called: tuple[Called, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def seats(self) -> int:
        return sum(staff.count for staff in self.staff)

    @property
    def calls_a_second(self) -> float:
        """Mean arrivals where every curve is at 1."""
        return sum(stream.per_second for stream in self.streams)

    def fault_times_s(self, what: str, seed: int) -> tuple[float, ...]:
        """When faults of this kind happen in a run with this seed, seconds from the start, rising."""
        rng = Random(f"{seed}/{what}")
        faults = [fault for fault in self.faults if fault.what == what]
        return tuple(sorted(60 * (fault.at_minute + rng.uniform(0, fault.within_minutes)) for fault in faults))

    def misfits(self) -> Iterator[Misfit]:
        """Parts that do not fit together."""
        names = [stream.name for stream in self.streams]
        for index, stream in enumerate(self.streams):
            if stream.name in names[:index]:
                yield Misfit(("streams", index, "name"), f'"{stream.name}"', "a name of its own")
            if stream.curve is not None and stream.curve not in self.curves:
                known = ", ".join(self.curves) or "there is none"
                yield Misfit(("streams", index, "curve"), f'"{stream.curve}"', f"one of [curves] ({known})")
            if stream.is_transferred and not self.plant.spans_transferred:
                yield Misfit(("streams", index, "is_transferred"), "true", "plant.spans_transferred of 1 or more")
        if self.seats > MOST_SEATS:
            yield Misfit(("staff",), f"{self.seats} seats", f"{MOST_SEATS} at most")
