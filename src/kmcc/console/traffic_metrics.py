"""Figures of trunk groups and of admission for GET /metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A trunk group since the start; directions as seen from the centre."""

    group: str
    seized_in: int
    seized_out: int
    answered_in: int
    answered_out: int
    overflowed: int
    double_seizures: int
    usage_s: float


@dataclass(frozen=True, slots=True)
class AdmissionCount:
    priority: str
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """`calls_per_s` is how many calls are taken a second; None = all."""

    groups: tuple[GroupFigures, ...] = ()
    admission: tuple[AdmissionCount, ...] = ()
    calls_per_s: float | None = None


NO_TRAFFIC: Final = Traffic()


def traffic_families(traffic: Traffic) -> Iterator[Metric]:
    seizures = CounterMetricFamily("kmcc_trunk_seizures", "Seizures of circuits.", labels=("group", "direction"))
    answers = CounterMetricFamily("kmcc_trunk_answers", "Seizures that were answered.", labels=("group", "direction"))
    overflow = CounterMetricFamily("kmcc_trunk_overflow", "Calls that found no idle circuit.", labels=("group",))
    doubles = CounterMetricFamily("kmcc_trunk_double_seizures", "Seizures that met one.", labels=("group",))
    usage = CounterMetricFamily("kmcc_trunk_usage_seconds", "Circuit-seconds of ended calls.", labels=("group",))
    for group in traffic.groups:
        seizures.add_metric((group.group, "in"), group.seized_in)
        seizures.add_metric((group.group, "out"), group.seized_out)
        answers.add_metric((group.group, "in"), group.answered_in)
        answers.add_metric((group.group, "out"), group.answered_out)
        overflow.add_metric((group.group,), group.overflowed)
        doubles.add_metric((group.group,), group.double_seizures)
        usage.add_metric((group.group,), group.usage_s)
    yield from (seizures, answers, overflow, doubles, usage)
    yield from _admission(traffic)


def _admission(traffic: Traffic) -> Iterator[Metric]:
    taken = CounterMetricFamily("kmcc_admission_taken", "Calls that overload control took.", labels=("priority",))
    refused = CounterMetricFamily("kmcc_admission_refused", "Calls that it refused.", labels=("priority",))
    for count in traffic.admission:
        taken.add_metric((count.priority,), count.taken)
        refused.add_metric((count.priority,), count.refused)
    yield from (taken, refused)
    limit = float("inf") if traffic.calls_per_s is None else traffic.calls_per_s
    yield GaugeMetricFamily(
        "kmcc_admission_calls_per_second", "Calls that are taken a second; +Inf = all.", value=limit
    )
