"""Figures of campaigns at work for GET /metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass(frozen=True, slots=True)
class CampaignGauge:
    """One campaign at work; `abandon_rate` is the rolling one."""

    name: str
    state: str
    open_contacts: int
    calls_up: int
    abandon_rate: float


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """`results` counts automatic calls since the start, reminder calls, too: (result, count)."""

    at_work: tuple[CampaignGauge, ...] = ()
    results: tuple[tuple[str, int], ...] = ()


NO_CAMPAIGNS: Final = CampaignFigures()


def campaign_families(figures: CampaignFigures) -> Iterator[Metric]:
    contacts = GaugeMetricFamily(
        "kmcc_campaign_contacts", "Contacts of a campaign that are not done with.", labels=("campaign", "state")
    )
    up = GaugeMetricFamily("kmcc_campaign_calls", "Calls of a campaign that are up.", labels=("campaign",))
    abandoned = GaugeMetricFamily(
        "kmcc_campaign_abandon_rate", "Of persons who answered, who got no seat; rolling.", labels=("campaign",)
    )
    for one in figures.at_work:
        contacts.add_metric((one.name, one.state), one.open_contacts)
        up.add_metric((one.name,), one.calls_up)
        abandoned.add_metric((one.name,), one.abandon_rate)
    results = CounterMetricFamily("kmcc_campaign_results", "Automatic calls that have ended.", labels=("result",))
    for result, count in figures.results:
        results.add_metric((result,), count)
    yield from (contacts, up, abandoned, results)
