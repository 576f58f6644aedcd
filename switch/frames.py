"""The frame clock: in virtual time, moves a board's frames and hands out what the engine noticed.

The loop calls `advance` when nothing else is left to do, so frames are what makes its time pass. In real time a thread
moves them: `switch/media_thread.py`.
"""

from kmcc.drivers.board import Board
from kmcc.switch.media import Media

RATE_HZ = 8000


class FrameClock:
    """One board, the engine it serves, and the owner of the engine's ports."""

    def __init__(self, board: Board, media: Media) -> None:
        self.tick_s = media.engine.tick_s
        self.ticks = 0
        self._board = board
        self._media = media

    @property
    def now_s(self) -> float:
        """Time by the engine's own count of samples; right also while events are handed out."""
        return self._media.engine.now / RATE_HZ

    def advance(self, ticks: int) -> int:
        """Run up to `ticks` ticks, to the end of the first that brought something; how many were run."""
        ran = self._board.run(ticks)
        self.ticks += ran
        self._media.deliver()
        return ran
