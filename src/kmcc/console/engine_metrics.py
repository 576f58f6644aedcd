"""The media engine's part of /metrics: ticks of its thread, and how late they were."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

BOUNDS_S: Final = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Of the histogram of lateness; in it a tick counts in the class above when it stands between two classes of ours."""


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """The thread's counters since its start, in seconds where they are times; all 0 in virtual time.

    `lateness` has one (most it may be, ticks) a class, `lateness_s` the sum of what is counted, rounded up by class.
    """

    ticks: int = 0
    late: int = 0
    caught_up: int = 0
    given_up: int = 0
    busy_s: float = 0.0
    longest_s: float = 0.0
    most_late_s: float = 0.0
    is_fifo: bool = False
    is_locked: bool = False
    lateness: tuple[tuple[float, int], ...] = ()
    events_lost: int = 0


def engine_families(now: EngineFigures) -> Iterator[Metric]:
    yield CounterMetricFamily("kmcc_engine_ticks", "Ticks that the media engine has run.", value=now.ticks)
    yield CounterMetricFamily(
        "kmcc_engine_late_ticks", "Ticks that began more than 1 ms after their time.", value=now.late
    )
    missed = CounterMetricFamily(
        "kmcc_engine_missed_ticks", "Ticks begun after the next was due, or never run.", labels=("then",)
    )
    missed.add_metric(("caught_up",), now.caught_up)
    missed.add_metric(("given_up",), now.given_up)
    yield missed
    yield CounterMetricFamily("kmcc_engine_busy_seconds", "Time that all ticks took.", value=now.busy_s)
    yield GaugeMetricFamily("kmcc_engine_longest_tick_seconds", "The longest tick.", value=now.longest_s)
    yield GaugeMetricFamily("kmcc_engine_max_lateness_seconds", "Greatest lateness of a tick.", value=now.most_late_s)
    yield _lateness(now)
    yield GaugeMetricFamily("kmcc_engine_is_realtime", "1: the thread runs by SCHED_FIFO.", value=int(now.is_fifo))
    yield GaugeMetricFamily("kmcc_engine_is_locked", "1: the engine's memory is locked.", value=int(now.is_locked))
    yield CounterMetricFamily(
        "kmcc_engine_events_lost", "Events for which the ring had no room.", value=now.events_lost
    )


def _lateness(now: EngineFigures) -> Metric:
    buckets = [(str(bound), sum(n for end, n in now.lateness if end <= bound)) for bound in BOUNDS_S]
    buckets.append(("+Inf", sum(n for _, n in now.lateness)))
    total_s = sum(min(end, now.most_late_s) * n for end, n in now.lateness if n)
    family = HistogramMetricFamily("kmcc_engine_lateness_seconds", "How late the ticks began.")
    family.add_metric((), buckets, sum_value=total_s)
    return family
