"""The trunk groups of a house, from its configuration: on spans, on lines of other exchanges, and each extension."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from kmcc.config import Config
from kmcc.config.digit_rules_section import border_rules
from kmcc.config.lines_section import Extension, OfficeLines
from kmcc.config.sections import TrunkGroup as GroupSection
from kmcc.daemon.seats import first_line
from kmcc.signaling.china1.dl_profiles import profile_of
from kmcc.switch.admission import Admission
from kmcc.switch.calendar import Calendar
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import Cause, Circuit
from kmcc.switch.fxo_circuit import FxoCircuit
from kmcc.switch.fxs_circuit import FxsCircuit
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media
from kmcc.switch.numbering import NumberPlans
from kmcc.switch.treatment import Treatments
from kmcc.switch.trunks import Direction, Search, TrunkGroup

SEARCHES: Final[Mapping[str, Search]] = {search.name.lower(): search for search in Search}


@dataclass(frozen=True, slots=True)
class GroupMaker:
    """What their circuits share."""

    config: Config
    media: Media
    journal: Journal
    plans: NumberPlans
    admission: Admission
    treatments: Treatments
    calendar: Calendar

    def all(self) -> dict[str, TrunkGroup]:
        """Those of the configuration, by their names."""
        config = self.config
        groups = (
            *map(self._on_span, config.trunk_groups),
            *map(self._office, config.office_lines),
            *map(self._extension, config.extensions),
        )
        return {group.name: group for group in groups}

    def _on_span(self, group: GroupSection) -> TrunkGroup:
        profile = profile_of({"name": group.name, **group.profile})
        plan, rules = self.plans.of(group.name), border_rules(self.config, group.name)
        analyse = rules.over(self.treatments.over(plan.analyse))
        span = sum(board.spans for board in self.config.boards[: group.board]) + group.span
        circuits: list[Circuit] = [
            China1Circuit(
                f"{group.name}/{channel}",
                self.media.engine.port(span, channel),
                self.media,
                profile,
                use=Use(group.direction),
                analyse=self.admission.over(analyse, f"{group.name}/{channel}", group.name),
                treat=rules.over_treat(plan.treat),
                journal=self.journal,
            )
            for channel in group.channels
        ]
        return TrunkGroup(group.name, circuits, Direction(group.direction), SEARCHES[group.search], rules)

    def _office(self, group: OfficeLines) -> TrunkGroup:
        first = first_line(self.config, group.board)
        line = partial(FxoCircuit, media=self.media, journal=self.journal, number=group.number, profile=group.profile)
        circuits = [line(f"{group.name}/{n}", self.media.engine.line(first + n)) for n in group.lines]
        return TrunkGroup(group.name, circuits, Direction(group.direction), SEARCHES[group.search])

    def _extension(self, one: Extension) -> TrunkGroup:
        circuit = FxsCircuit(
            one.group,
            self.media.engine.line(first_line(self.config, one.board) + one.line),
            self.media,
            self.journal,
            one.profile,
            number=one.number,
            analyse=self.admission.over(self.plans.of(one.group).analyse, one.group, one.group),
            now=self.calendar.now,
        )
        return TrunkGroup(one.group, (circuit,), Direction.BOTH, Search.LOWEST, when_busy=Cause.BUSY)
