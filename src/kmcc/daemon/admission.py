"""Overload control of a house: made of its configuration, and told every interval how late the house was."""

import asyncio
from typing import Final

from kmcc.config import Config
from kmcc.switch.admission import Admission
from kmcc.switch.journal import Journal
from kmcc.switch.media_thread import MediaThread
from kmcc.switch.overload import Overload, OverloadSettings

INTERVAL_S: Final = 0.25
SAMPLES: Final = 5  # of the loop's lateness in an interval; the worst counts


def admission_of(config: Config, journal: Journal) -> Admission:
    section = config.overload
    settings = OverloadSettings(
        calls_per_s=section.calls_per_s, most_calls=section.most_calls, lag_ms=section.lag_ms, reserve=section.reserve
    )
    return Admission(
        Overload(settings), journal, emergency=section.emergency, transferred_from=section.transferred_from
    )


async def watch_load(admission: Admission, media: MediaThread) -> None:
    """Measure until cancelled: how late timers are, how far ticks were behind, and how much of them was needed."""
    loop = asyncio.get_running_loop()
    counters, started_s = media.counters, loop.time()
    while True:
        lag_s = 0.0
        for _ in range(SAMPLES):
            due_s = loop.time() + INTERVAL_S / SAMPLES
            await asyncio.sleep(INTERVAL_S / SAMPLES)
            lag_s = max(lag_s, loop.time() - due_s)
        before, counters = counters, media.counters
        began_s, started_s = started_s, loop.time()
        behind_s = (counters.missed - before.missed) * media.tick_s
        load = (counters.busy_s - before.busy_s) / (started_s - began_s)
        admission.measure(max(lag_s, behind_s) * 1000.0, load)
