"""Boards by URL: the scheme names the driver, which is imported only when it is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

from kmcc.drivers.board import BoardNotFoundError
from kmcc.drivers.racked import RackedBoard

DRIVERS: Final[Mapping[str, tuple[str, str]]] = {
    "sim": ("kmcc.firmware_sim.entry", "open_simulated"),
    "shm": ("kmcc.drivers.shared", "open_shared"),
}
"""Scheme -> (module, function of (url, spans, lines) that makes the board)."""


def open_board(url: str, *, spans: int, lines: int) -> RackedBoard:
    """The board at this URL, not yet entered. BoardNotFoundError for a scheme without a driver."""
    scheme = urlsplit(url).scheme
    if scheme not in DRIVERS:
        raise BoardNotFoundError(
            f"{url}: no driver for {scheme or 'a URL without a scheme'}:, known: {', '.join(DRIVERS)}"
        )
    module, function = DRIVERS[scheme]
    board: RackedBoard = getattr(import_module(module), function)(url, spans, lines)
    return board
