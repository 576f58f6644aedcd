"""A simulated board that breaks while calls are up: it is pulled out, or its driver has a fault."""

from urllib.parse import urlsplit

from kmcc.drivers.board import BoardError
from kmcc.firmware_sim.entry import LivelyBoard, Options

TICKS = 300
BUSY = Options(calls_per_hour=36_000)


class LostBoard(LivelyBoard):
    """The host of its URL says how it breaks."""

    ticks = 0

    def run(self, ticks: int) -> int:
        self.ticks += ticks
        if self.ticks < TICKS:
            return super().run(ticks)
        if urlsplit(self.info().url).hostname == "pulled":
            raise BoardError(f"{self.info().url}: the board does not answer any more")
        raise ZeroDivisionError("a fault of ours")


def open_lost(url: str, spans: int, lines: int) -> LostBoard:
    return LostBoard(url, BUSY, spans, lines)
