"""A voice board in memory, E1 spans and telephone lines, with an engine of its own at the far end of every wire.

The two engines are stepped back to back in C; a frame needs one tick each way. With `off_ppm` the far end has a clock
of its own, so many millionths fast, and elastic stores stand between as between two exchanges; with 0 it has ours.
"""

from collections.abc import Callable

from kmcc.drivers.board import BoardInfo
from kmcc.drivers.racked import RackedBoard
from kmcc.dsp.engine import Engine
from kmcc.dsp.rack import Place, Rack
from kmcc.switch.media import Media

FarEnd = Callable[[Media], None]


class SimulatedBoard(RackedBoard):
    """`far_end` is called once, when the board gets its place, to put exchanges and people at the far ends."""

    def __init__(
        self, far_end: FarEnd, *, spans: int = 1, lines: int = 4, url: str = "sim://", off_ppm: int = 0
    ) -> None:
        super().__init__(
            BoardInfo(url=url, model="simulated E1 and line board", serial="SIM0001", spans=spans, lines=lines)
        )
        self._far_end = far_end
        self._far: Media | None = None
        self._off_ppm = off_ppm

    def _plug(self, rack: Rack, place: Place) -> None:
        far = Engine(spans=self._info.spans, lines=self._info.lines, tick_samples=rack.engine.tick_samples)
        if self._off_ppm:
            self.own_clock = rack.wire_by_its_own_clock(far, place, self._off_ppm)
        else:
            rack.wire(far, place)
        self._far = Media(far)
        self._far_end(self._far)

    def deliver(self) -> None:
        if self._far is not None:
            self._far.deliver()
