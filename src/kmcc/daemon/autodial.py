"""Autodial of a house: the campaign desk and the scheduler, put together from its parts and run."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from kmcc.centre.campaigns.desk import CampaignDesk
from kmcc.centre.campaigns.errors import PromptUnknownError
from kmcc.centre.campaigns.order import CampaignOrder
from kmcc.centre.campaigns.run import Works
from kmcc.centre.scheduler import Kind, Scheduler
from kmcc.config.campaign_file import CampaignFile, misfits
from kmcc.config.load import load_text
from kmcc.console.campaign_metrics import CampaignFigures, CampaignGauge
from kmcc.console.campaigns import CampaignRoom
from kmcc.daemon.journal import HouseJournal
from kmcc.daemon.seat_roll import SeatRoll
from kmcc.switch.autodial.result import Result
from kmcc.switch.call import OWN
from kmcc.switch.journal import Field
from kmcc.switch.numbering import NumberPlans
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.parties import SeatProfile


class Autodial:
    """`desk` for the console and for commands; `scheduler` for whoever plans jobs."""

    def __init__(
        self,
        works: Works,
        journal: HouseJournal,
        prompts: PromptSet,
        onward: NumberPlans,
        seats: Mapping[str, SeatProfile],
    ) -> None:
        self._works = works
        self._prompts = prompts
        self._onward = onward
        self._results: Counter[str] = Counter()
        journal.listen("campaign.result", self._count_result)
        self.scheduler = Scheduler(works.database, works.calendar, journal)
        self._roll = SeatRoll(seats, journal, self._seats_changed)
        self.desk = CampaignDesk(works, self.read_order, self._has_route, self._roll.of)

    def figures(self) -> CampaignFigures:
        """For the metrics."""
        now = self._works.calendar.now()
        at_work = tuple(
            CampaignGauge(
                name=name,
                state=run.campaign.state.value,
                open_contacts=run.campaign.open_contacts,
                calls_up=run.campaign.under_way.all,
                abandon_rate=run.campaign.pacer.meter.rate(now),
            )
            for name, run in sorted(self.desk.runs.items())
        )
        return CampaignFigures(at_work, tuple((result.value, self._results[result.value]) for result in Result))

    def _count_result(self, fields: dict[str, Field]) -> None:
        self._results[str(fields["result"])] += 1

    def register(self, *kinds: Kind) -> None:
        for kind in kinds:
            self.scheduler.register(kind)

    def room(self) -> CampaignRoom:
        """What the console needs."""
        return CampaignRoom(self.desk, self._works.database, self._works.calendar.now, self.read_order)

    async def run(self) -> None:
        """Go on with what was begun, and do what is planned; until cancelled."""
        await self.desk.open()
        await self.scheduler.run()

    async def close(self) -> None:
        """Whatever is at work is cut off, while the database is still there to be told."""
        await self.desk.close()
        await self.scheduler.close()

    def read_order(self, definition: str, name: str) -> CampaignOrder:
        """The order of this text; ConfigError names every line that is wrong, `name` is what it calls the text."""
        order = load_text(definition, Path(name), CampaignFile, misfits).order()
        for prompt in sorted(order.prompts() - set(self._prompts.catalogue.prompts)):
            raise PromptUnknownError(order.name, prompt)
        return order

    def _has_route(self, number: str) -> bool:
        return self._onward.of(OWN).route(number) is not None

    def _seats_changed(self) -> None:
        self.desk.seats_changed()
