"""The queue's part of GET /metrics: gauges by service, read from the event log."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from kmcc.console.queues import QueuesNow


def queue_families(queues: QueuesNow) -> Iterator[Metric]:
    """A service of which nothing can be said yet has no sample."""
    services = queues.services.items()
    rows = (
        ("kmcc_queue_waiting", "Callers of a service who wait now.", {n: one.waiting for n, one in services}),
        (
            "kmcc_queue_longest_waiting_seconds",
            "How long the first of them has waited.",
            {n: one.longest_waiting_s for n, one in services},
        ),
        (
            "kmcc_queue_expected_wait_seconds",
            "What the newest of them was told.",
            {n: one.expected_wait_s for n, one in services},
        ),
        (
            "kmcc_queue_service_level",
            "Share of this hour's callers answered within the limit of their service.",
            {n: one.hour["service_level"] for n, one in services},
        ),
        (
            "kmcc_queue_mean_wait_seconds",
            "Mean wait of this hour's callers.",
            {n: one.hour["mean_wait_s"] for n, one in services},
        ),
    )
    for name, words, values in rows:
        family = GaugeMetricFamily(name, words, labels=("service",))
        for service, value in values.items():
            if value is not None:
                family.add_metric((service,), value)
        yield family
