"""Read back with the parser of prometheus-client: what a Prometheus would store."""

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

from kmcc.console.board_metrics import BoardFigures, SpanFigures
from kmcc.console.metrics import CircuitCount
from kmcc.switch.circuit import CircuitState

if TYPE_CHECKING:
    from tests.console.conftest import Served

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(served: "Served") -> Samples:
    answer = httpx.get(f"{served.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_every_figure(served: "Served") -> None:
    found = samples(served)
    lateness = {key: found.pop(key) for key in tuple(found) if key[0].startswith("kmcc_engine_lateness")}
    below = {float(labels[0][1]): n for (name, labels), n in lateness.items() if name.endswith("_bucket")}
    assert (below[0.0001], below[0.0005], below[0.001], below[0.01]) == (124_000, 124_000, 124_997, 125_000)
    assert below[float("inf")] == lateness["kmcc_engine_lateness_seconds_count", ()] == 125_000
    assert found == {
        ("kmcc_circuits", (("group", "kunming-in"), ("state", "idle"))): 18,
        ("kmcc_circuits", (("group", "kunming-in"), ("state", "busy"))): 2,
        ("kmcc_seats", (("state", "ready"),)): 3,
        ("kmcc_seats", (("state", "talking"),)): 1,
        ("kmcc_calls_in_progress", ()): 2,
        ("kmcc_callers_waiting", ()): 1,
        ("kmcc_calls_total", (("cause", "normal"),)): 40,
        ("kmcc_calls_total", (("cause", "no answer"),)): 2,
        ("kmcc_events_total", ()): 0,
        ("kmcc_engine_ticks_total", ()): 125_000,
        ("kmcc_engine_late_ticks_total", ()): 3,
        ("kmcc_engine_missed_ticks_total", (("then", "caught_up"),)): 2,
        ("kmcc_engine_missed_ticks_total", (("then", "given_up"),)): 1,
        ("kmcc_engine_busy_seconds_total", ()): 12.5,
        ("kmcc_engine_longest_tick_seconds", ()): 0.004,
        ("kmcc_engine_max_lateness_seconds", ()): 0.009,
        ("kmcc_engine_is_realtime", ()): 1,
        ("kmcc_engine_is_locked", ()): 0,
        ("kmcc_engine_events_lost_total", ()): 4,
        ("kmcc_queue_waiting", (("service", "bill"),)): 0,
        ("kmcc_trunk_seizures_total", (("direction", "in"), ("group", "kunming-in"))): 50,
        ("kmcc_trunk_seizures_total", (("direction", "out"), ("group", "kunming-in"))): 7,
        ("kmcc_trunk_answers_total", (("direction", "in"), ("group", "kunming-in"))): 41,
        ("kmcc_trunk_answers_total", (("direction", "out"), ("group", "kunming-in"))): 5,
        ("kmcc_trunk_overflow_total", (("group", "kunming-in"),)): 2,
        ("kmcc_trunk_double_seizures_total", (("group", "kunming-in"),)): 1,
        ("kmcc_trunk_usage_seconds_total", (("group", "kunming-in"),)): 3600.5,
        ("kmcc_admission_taken_total", (("priority", "emergency"),)): 4,
        ("kmcc_admission_refused_total", (("priority", "emergency"),)): 0,
        ("kmcc_admission_calls_per_second", ()): 45.5,
    }


def test_counted_when_asked(served: "Served") -> None:
    assert samples(served)["kmcc_callers_waiting", ()] == 1
    served.house.figures_now = replace(served.house.figures_now, callers_waiting=7)
    assert samples(served)["kmcc_callers_waiting", ()] == 7


def test_a_name_that_must_be_escaped(served: "Served") -> None:
    odd = CircuitCount('a"b\\c\n', CircuitState.BLOCKED, 1)
    served.house.figures_now = replace(served.house.figures_now, circuits=(odd,))
    assert samples(served)["kmcc_circuits", (("group", 'a"b\\c\n'), ("state", "blocked"))] == 1


def test_boards_and_spans(served: "Served") -> None:
    served.house.figures_now = replace(
        served.house.figures_now,
        boards=(BoardFigures(2, is_alive=True, repeated=3, dropped=4, idle=5, discarded=64, delay_s=0.024),),
        spans=(SpanFigures(7, (("LOF", True), ("RAI", False))),),
    )
    found = samples(served)
    board = ("board", "2")
    assert found["kmcc_board_alive", (board,)] == 1
    assert found["kmcc_board_slips_total", (board, ("frame", "repeated"))] == 3
    assert found["kmcc_board_slips_total", (board, ("frame", "dropped"))] == 4
    assert found["kmcc_board_idle_ticks_total", (board,)] == 5
    assert found["kmcc_board_discarded_frames_total", (board,)] == 64
    assert found["kmcc_board_delay_seconds", (board,)] == 0.024
    assert found["kmcc_span_alarm", (("alarm", "LOF"), ("span", "7"))] == 1
    assert found["kmcc_span_alarm", (("alarm", "RAI"), ("span", "7"))] == 0
