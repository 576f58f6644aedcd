"""A simulated board that breaks while calls are up: it is pulled out, or its driver has a fault."""

from urllib.parse import urlsplit

from kmcc.drivers.board import BoardError
from kmcc.firmware_sim.entry import LivelyBoard, Options

EVENTS = 30
BUSY = Options(calls_per_hour=36_000)


class LostBoard(LivelyBoard):
    """The host of its URL says how it breaks."""

    events = 0

    def deliver(self) -> None:
        self.events += 1
        if self.events < EVENTS:
            super().deliver()
            return
        if urlsplit(self.info().url).hostname == "pulled":
            raise BoardError(f"{self.info().url}: the board does not answer any more")
        raise ZeroDivisionError("a fault of ours")


def open_lost(url: str, spans: int, lines: int) -> LostBoard:
    return LostBoard(url, BUSY, spans, lines)
