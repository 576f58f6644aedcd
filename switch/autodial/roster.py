"""Everybody of a campaign: who is in which stage, who is shown to which seat, how many are not done with."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.events import Verdict
from kmcc.switch.autodial.pacing import UnderWay
from kmcc.switch.autodial.plan import CampaignPlan
from kmcc.switch.autodial.progress import Progress, Stage


class Roster:
    def __init__(self, plan: CampaignPlan) -> None:
        self._campaign = plan.name
        self._all = {contact.id: Progress(contact) for contact in plan.contacts}
        self._shown: dict[str, Progress] = {}
        self.count()

    def __iter__(self) -> Iterator[Progress]:
        """In the order of the plan."""
        return iter(self._all.values())

    def __contains__(self, contact: str) -> bool:
        return contact in self._all

    def __getitem__(self, contact: str) -> Progress:
        try:
            return self._all[contact]
        except KeyError:
            raise CampaignError(self._campaign, f"contact {contact} is not called in this campaign") from None

    def ids(self) -> list[str]:
        return list(self._all)

    def count(self) -> None:
        """Anew, after all have been loaded."""
        self._stages = {stage: sum(one.stage is stage for one in self) for stage in Stage}
        self.open = sum(one.verdict is None for one in self)

    @property
    def under_way(self) -> UnderWay:
        dialled, answered = self._stages[Stage.DIALLED], self._stages[Stage.ANSWERED]
        return UnderWay(dialled, answered, dialled + answered + self._stages[Stage.TALKING])

    @property
    def is_quiet(self) -> bool:
        """Nobody is on the line, and nobody is looked at."""
        return self.under_way.all == 0 and not self._shown

    def move(self, progress: Progress, stage: Stage, at: datetime) -> None:
        self._stages[progress.stage] -= 1
        self._stages[stage] += 1
        progress.enter(stage, at)
        if stage is Stage.PREVIEWED:
            self._shown[progress.contact.id] = progress
        else:
            self._shown.pop(progress.contact.id, None)

    def close(self, progress: Progress, verdict: Verdict) -> None:
        progress.verdict, progress.due = verdict, None
        self.open -= 1

    # --- previews -------------------------------------------------------------------------------------------------

    def shown_to(self, seat: str) -> Progress | None:
        return next((one for one in self._shown.values() if one.seat == seat), None)

    def check_shown(self, progress: Progress, seat: str) -> Progress:
        """CampaignError when it is another seat that looks at him."""
        if progress.seat != seat:
            raise CampaignError(self._campaign, f"contact {progress.contact.id} is shown to seat {progress.seat}")
        return progress

    def shown_since(self, before: datetime, lease: timedelta) -> list[Progress]:
        """Those who have been looked at for the whole lease."""
        return [one for one in self._shown.values() if one.since is not None and before - one.since >= lease]
