"""Python's cycle collector, told when: it stops the loop for as long as it looks, and seats and callers wait for that.

By itself it looks at all that was ever made, when it likes: 0.2 s with 2,500 calls up. Here it looks ten times a
second at what was made since, which is little. Calls leave no cycles behind (tests/daemon/test_garbage.py), so the
rest is looked at when no call is up, and once a day at the latest.
"""

import asyncio
import gc
from collections.abc import Callable
from typing import Final

YOUNG_S: Final = 0.1
QUIET_S: Final = 600.0
"""How long ago the last look at everything must be for another one when no call is up."""

LATEST_S: Final = 86_400.0


async def collect_garbage(calls: Callable[[], int]) -> None:
    """Until it is cancelled; the collector then works by itself again. `calls` = how many are up."""
    loop = asyncio.get_running_loop()
    gc.collect()
    gc.freeze()  # the house itself: it stays
    gc.disable()
    last_s = loop.time()
    try:
        while True:
            await asyncio.sleep(YOUNG_S)
            gc.collect(1)
            since_s = loop.time() - last_s
            if since_s > LATEST_S or (since_s > QUIET_S and calls() == 0):
                gc.collect()
                last_s = loop.time()
    finally:
        gc.unfreeze()
        gc.enable()
