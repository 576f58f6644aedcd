"""GET /metrics: the house's figures in the text format of Prometheus, counted when they are asked for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from kmcc.console.board_metrics import BoardFigures, SpanFigures, board_families
from kmcc.console.campaign_metrics import NO_CAMPAIGNS, CampaignFigures, campaign_families
from kmcc.console.engine_metrics import EngineFigures, engine_families
from kmcc.console.queue_metrics import queue_families
from kmcc.console.queues import QueueWatch
from kmcc.console.traffic_metrics import NO_TRAFFIC, Traffic, traffic_families
from kmcc.switch.circuit import Cause, CircuitState


@dataclass(frozen=True, slots=True)
class CircuitCount:
    group: str
    state: CircuitState
    count: int


@dataclass(frozen=True, slots=True)
class SeatCount:
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class CauseCount:
    """Calls that ended so, since the start."""

    cause: Cause
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it at one moment. A state or cause that is left out is not shown: give zeros."""

    circuits: tuple[CircuitCount, ...]
    seats: tuple[SeatCount, ...]
    calls_ended: tuple[CauseCount, ...]
    calls_in_progress: int
    callers_waiting: int
    events: int
    engine: EngineFigures
    boards: tuple[BoardFigures, ...] = ()
    spans: tuple[SpanFigures, ...] = ()
    traffic: Traffic = NO_TRAFFIC
    campaigns: CampaignFigures = NO_CAMPAIGNS


def families(figures: Figures) -> Iterator[Metric]:
    yield _gauge(
        "kmcc_circuits",
        "Circuits by trunk group and state.",
        ("group", "state"),
        [((c.group, c.state.value), c.count) for c in figures.circuits],
    )
    yield _gauge("kmcc_seats", "Seats by state.", ("state",), [((s.state,), s.count) for s in figures.seats])
    yield _gauge("kmcc_calls_in_progress", "Calls that are up or being set up.", (), [((), figures.calls_in_progress)])
    yield _gauge("kmcc_callers_waiting", "Callers in the queue.", (), [((), figures.callers_waiting)])
    yield _counter(
        "kmcc_calls",
        "Calls that have ended, by cause.",
        ("cause",),
        [((c.cause.words,), c.count) for c in figures.calls_ended],
    )
    yield _counter("kmcc_events", "Number of the newest event of the log.", (), [((), figures.events)])
    yield from engine_families(figures.engine)
    yield from board_families(figures.boards, figures.spans)
    yield from traffic_families(figures.traffic)
    yield from campaign_families(figures.campaigns)


def metrics_router(figures: Callable[[], Figures], queues: QueueWatch) -> APIRouter:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House(figures, queues))
    router = APIRouter()

    @router.get("/metrics")
    async def metrics() -> Response:
        await queues.catch_up()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


class _House(Collector):
    def __init__(self, figures: Callable[[], Figures], queues: QueueWatch) -> None:
        self._figures = figures
        self._queues = queues

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return chain(families(self._figures()), queue_families(self._queues.state()))


Sample = tuple[tuple[str, ...], float]


def _gauge(name: str, words: str, labels: tuple[str, ...], samples: list[Sample]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, count in samples:
        family.add_metric(values, count)
    return family


def _counter(name: str, words: str, labels: tuple[str, ...], samples: list[Sample]) -> Metric:
    family = CounterMetricFamily(name, words, labels=labels)
    for values, count in samples:
        family.add_metric(values, count)
    return family
