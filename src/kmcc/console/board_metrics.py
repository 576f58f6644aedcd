"""The boards' part of /metrics: slips and delay of those with a clock of their own, and the alarms of the spans."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """One board with a clock of its own, by its number in the configuration; see kmcc.dsp.elastic.StoreCounters."""

    board: int
    is_alive: bool
    repeated: int
    dropped: int
    idle: int
    discarded: int
    delay_s: float


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """One span, numbered through all boards, and which of all alarms stand."""

    span: int
    alarms: tuple[tuple[str, bool], ...]


def board_families(boards: tuple[BoardFigures, ...], spans: tuple[SpanFigures, ...]) -> Iterator[Metric]:
    alive = GaugeMetricFamily("kmcc_board_alive", "1: frames come from the board.", labels=("board",))
    delay = GaugeMetricFamily("kmcc_board_delay_seconds", "Delay of the board's elastic store.", labels=("board",))
    slips = CounterMetricFamily("kmcc_board_slips", "Frames slipped between the clocks.", labels=("board", "frame"))
    idle = CounterMetricFamily("kmcc_board_idle_ticks", "Ticks that did not find their frames.", labels=("board",))
    discarded = CounterMetricFamily(
        "kmcc_board_discarded_frames", "Frames thrown away because the delay was too long.", labels=("board",)
    )
    for one in boards:
        board = str(one.board)
        alive.add_metric((board,), int(one.is_alive))
        delay.add_metric((board,), one.delay_s)
        slips.add_metric((board, "repeated"), one.repeated)
        slips.add_metric((board, "dropped"), one.dropped)
        idle.add_metric((board,), one.idle)
        discarded.add_metric((board,), one.discarded)
    yield from (alive, delay, slips, idle, discarded)
    alarms = GaugeMetricFamily("kmcc_span_alarm", "1: this alarm of the span stands.", labels=("span", "alarm"))
    for span in spans:
        for name, stands in span.alarms:
            alarms.add_metric((str(span.span), name), int(stands))
    yield alarms
