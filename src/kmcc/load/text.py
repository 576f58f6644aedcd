"""The load report for people."""

from collections.abc import Iterator
from typing import Any

from kmcc.load.report import LoadReport

MOST_FAULTS = 20


def text_of(report: LoadReport) -> str:
    return "\n".join(_lines(report))


def _lines(report: LoadReport) -> Iterator[str]:
    made = report.as_json()
    seats, cpu = made["seats"], made["cpu"]
    yield f"{made['scenario']}: {made['line_s']:.0f} s of line time in {made['wall_s']:.1f} s, seed {made['seed']}"
    yield f"  calls        {made['offered']} offered, {made['answered']} answered, {made['calls_a_second']} a second"
    yield f"               {made['most_at_once']} at once; {_words(made['outcomes'])}"
    if made["refusals"]:
        yield f"               refused: {_words(made['refusals'])}"
    if made["given_up_at"]:
        yield f"               waited in vain: {_words(made['given_up_at'])}"
    yield f"  set-up       {_times(made['set_up_s'])}; to answer {_times(made['answer_s'])}"
    yield f"  seats        {seats['count']}: {seats['answered']} answered, {seats['abandoned']} abandoned"
    if seats["service_level"] is not None:
        share = f"{100 * seats['service_level']:.1f} % within {seats['within_s']:g} s"
        yield f"               waited {_times(seats['wait_s'])}; {share}"
    yield f"  records      {made['records']}, events {made['events']}"
    if cpu["ms_a_call"] is not None:
        yield f"  CPU          {cpu['ms_a_call']:.2f} ms a call; {_words(cpu['parts'])}"
    if cpu["main_thread_s"] is not None:
        yield (
            f"               main thread {cpu['main_thread_s']:.1f} s, and {cpu['waited_for_cpu_s']:.1f} s ready "
            f"without a CPU; town {cpu['town_s']:.1f} s"
        )
    yield f"  memory       {made['most_memory_mb']:.0f} MB; ticks {made['ticks']}, late {made['late_ticks']}"
    for one in made["restarts"]:
        after_s = one["answered_after_s"]
        answered = "no call answered since" if after_s is None else f"the first call answered after {after_s:.1f} s"
        yield f"  killed       at {one['at_s']:g} s: up after {one['up_after_s']:.1f} s, {answered}"
    yield from _verdict(report.faults)


def _verdict(faults: tuple[str, ...]) -> Iterator[str]:
    if not faults:
        yield "  checks       every call one record, none double, no circuit left busy, recordings whole"
    yield from (f"  FAULT        {fault}" for fault in faults[:MOST_FAULTS])
    if len(faults) > MOST_FAULTS:
        yield f"  FAULT        and {len(faults) - MOST_FAULTS} more"


def _words(counts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count:g}" for name, count in counts.items() if count)


def _times(found: dict[str, float] | None) -> str:
    if found is None:
        return "-"
    return f"{found['mean']:.2f} s (p95 {found['p95']:.2f}, p99 {found['p99']:.2f}, most {found['max']:.2f})"
