"""The whole configuration. `Config()` is a house that runs as it is: SQLite, one simulated board, four seats."""

from typing import Annotated

from pydantic import AfterValidator

from kmcc.config.digit_rules_section import DigitRuleRow
from kmcc.config.lines_section import Extension, OfficeLines
from kmcc.config.overload_section import Overload
from kmcc.config.recording_section import Recording, RecordingRule
from kmcc.config.routes_section import Route
from kmcc.config.sections import (
    Board,
    Callbacks,
    Centre,
    Http,
    Media,
    Number,
    Prompts,
    Queue,
    Reminders,
    Seat,
    Section,
    Service,
    Skill,
    Store,
    TrunkGroup,
)
from kmcc.config.services_section import Service as ServiceSection
from kmcc.config.treatment_section import Treatment
from kmcc.config.values import at_least_one
from kmcc.config.voice_section import Voice

BOARDS = (Board(),)

TRUNK_GROUPS = (
    TrunkGroup(name="kunming-in", channels=tuple(range(1, 21)), direction="in", search="longest_idle"),
    TrunkGroup(name="kunming-out", channels=tuple(range(21, 31)), direction="out", search="cyclic"),
)


def _special(code: str, service: Service) -> Number:
    return Number(prefix=code, min_digits=len(code), max_digits=len(code), service=service)


def _subscribers(first: str) -> Number:
    """Kunming had seven digits before 2012."""
    return Number(prefix=first, min_digits=7, max_digits=7, route="kunming-out")


MOVED = Number(prefix="318", min_digits=7, max_digits=7, service="number-change", route="kunming-out")
"""An exchange area whose subscribers have moved; a call to one who has not goes on as an ordinary call."""

NUMBERS = (
    _special("1000", "centre"),
    _special("112", "fault"),
    _special("114", "directory"),
    _special("170", "bill"),
    _special("180", "complaint"),
    _special("189", "acceptance"),
    MOVED,
    *(_subscribers(first) for first in "345678"),
)

ALL_SERVICES: dict[Skill, int] = {
    "centre": 1,
    "directory": 1,
    "fault": 1,
    "bill": 1,
    "complaint": 1,
    "acceptance": 1,
}

SEATS = (
    Seat(id="801", line=0, kind="professional", skills={"directory": 2}),
    Seat(id="802", line=1, kind="professional", skills={"complaint": 2}),
    Seat(id="803", line=2, kind="integrated", skills=ALL_SERVICES),
    Seat(id="804", line=3, kind="integrated", skills=dict.fromkeys(ALL_SERVICES, 3), languages=("zh", "en")),
)


class Config(Section):
    """An omitted section has the default that stands here."""

    centre: Centre = Centre()
    store: Store = Store()
    http: Http = Http()
    media: Media = Media()
    boards: Annotated[tuple[Board, ...], AfterValidator(at_least_one)] = BOARDS
    trunk_groups: tuple[TrunkGroup, ...] = TRUNK_GROUPS
    extensions: tuple[Extension, ...] = ()
    office_lines: tuple[OfficeLines, ...] = ()
    routes: tuple[Route, ...] = ()
    digit_rules: tuple[DigitRuleRow, ...] = ()
    numbers: Annotated[tuple[Number, ...], AfterValidator(at_least_one)] = NUMBERS
    seats: tuple[Seat, ...] = SEATS
    queue: Queue = Queue()
    services: tuple[ServiceSection, ...] = ()
    callbacks: Callbacks = Callbacks()
    prompts: Prompts = Prompts()
    voice: Voice = Voice()
    reminders: Reminders = Reminders()
    overload: Overload = Overload()
    recording: Recording = Recording()
    recording_rules: tuple[RecordingRule, ...] = ()
    treatments: tuple[Treatment, ...] = ()

    def groups(self, *directions: str) -> list[str]:
        """Trunk groups of these directions, on spans and on lines, by name."""
        groups: tuple[TrunkGroup | OfficeLines, ...] = (*self.trunk_groups, *self.office_lines)
        return [group.name for group in groups if group.direction in directions]
