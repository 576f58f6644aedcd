"""The named timers of a line's machine on the running loop; each runs once at most."""

import asyncio
from collections.abc import Callable


class LineTimers:
    """`expired` is told the name."""

    def __init__(self, expired: Callable[[str], None]) -> None:
        self._expired = expired
        self._running: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, ms: float) -> None:
        """Anew when it runs already."""
        self.stop(name)
        self._running[name] = asyncio.get_running_loop().call_later(ms / 1000, self._expire, name)

    def stop(self, name: str) -> None:
        timer = self._running.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _expire(self, name: str) -> None:
        del self._running[name]
        self._expired(name)
