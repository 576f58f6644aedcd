"""How a campaign goes, in figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kmcc.centre.campaigns.run import CampaignRun
from kmcc.store.campaigns import CampaignFigures, StoredCampaign
from kmcc.switch.autodial.events import Verdict
from kmcc.switch.autodial.plan import REACHED
from kmcc.switch.autodial.result import Result

PERSONS = REACHED | {Result.ABANDONED}


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """`next_turn` None = it is no time that is waited for.

    `abandon_rate` is of all persons who answered, `rolling_abandon_rate` of those of the rolling hours.
    """

    name: str
    state: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    contacts: int
    done: int
    skipped: Mapping[str, int]
    verdicts: Mapping[str, int]
    results: Mapping[str, int]
    attempts: int
    calls_up: int
    next_turn: datetime | None
    abandon_rate: float
    rolling_abandon_rate: float


def count_status(
    stored: StoredCampaign, figures: CampaignFigures, run: CampaignRun | None, now: datetime
) -> CampaignStatus:
    """`run` None = it is not at work."""
    persons = sum(figures.results.get(result, 0) for result in PERSONS)
    abandoned = figures.results.get(Result.ABANDONED, 0)
    return CampaignStatus(
        name=stored.name,
        state=(stored.state if run is None else run.campaign.state).value,
        created_at=stored.created_at,
        started_at=stored.started_at,
        finished_at=stored.finished_at,
        contacts=figures.contacts,
        done=sum(figures.verdicts.values()),
        skipped={why.value: count for why, count in figures.skipped.items()},
        verdicts={verdict.value: figures.verdicts.get(verdict, 0) for verdict in Verdict},
        results={result.value: figures.results[result] for result in Result if result in figures.results},
        attempts=figures.attempts,
        next_turn=None if run is None else run.dialler.turn,
        calls_up=0 if run is None else run.campaign.under_way.all,
        abandon_rate=abandoned / persons if persons else 0.0,
        rolling_abandon_rate=0.0 if run is None else run.campaign.pacer.meter.rate(now),
    )
