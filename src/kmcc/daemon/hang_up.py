"""SIGHUP, which asks a daemon to read its files anew."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any


def on_sighup(work: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Have this done on the running loop at each SIGHUP, one after the other."""
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    doing: set[asyncio.Task[None]] = set()

    async def do() -> None:
        while asked.is_set():
            asked.clear()
            await work()

    def ask(_number: int, _frame: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(begin)

    def begin() -> None:
        asked.set()
        if not doing:
            task = loop.create_task(do(), name="sighup")
            doing.add(task)
            task.add_done_callback(doing.discard)

    signal.signal(signal.SIGHUP, ask)
