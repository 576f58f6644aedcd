"""What the console sees of the media engine's thread: its figures, and the alarms that do not stop the calls."""

from typing import Final

from kmcc.console.engine_metrics import EngineFigures
from kmcc.dsp.pacer import CLASS_ENDS_S, PacerCounters

MOST_LATE: Final = 0.001
"""So large a share of late ticks is an alarm; the goal is 99.9 % within 1 ms."""

FEWEST_TICKS: Final = 1000


def engine_figures(now: PacerCounters, events_lost: int) -> EngineFigures:
    return EngineFigures(
        ticks=now.ticks,
        late=now.late,
        caught_up=now.caught_up,
        given_up=now.given_up,
        busy_s=now.busy_s,
        longest_s=now.longest_s,
        latest_s=now.latest_s,
        is_fifo=now.is_fifo,
        is_locked=now.is_locked,
        lateness=tuple(zip(CLASS_ENDS_S, now.lateness, strict=True)),
        events_lost=events_lost,
    )


def engine_alarms(now: PacerCounters, *, wants_fifo: bool) -> list[str]:
    """In words; none of them makes the house unfit."""
    alarms: list[str] = []
    if wants_fifo and now.ticks and not now.is_fifo:
        alarms.append("media: SCHED_FIFO is not allowed (CAP_SYS_NICE or LimitRTPRIO), the thread has normal priority")
    if now.ticks and not now.is_locked:
        alarms.append("media: memory cannot be locked (CAP_IPC_LOCK or LimitMEMLOCK)")
    if now.given_up:
        alarms.append(f"media: {now.given_up} ticks were given up")
    if now.ticks >= FEWEST_TICKS and now.late > MOST_LATE * now.ticks:
        alarms.append(f"media: {100 * now.late / now.ticks:.2g} % of the ticks began more than 1 ms late")
    return alarms
