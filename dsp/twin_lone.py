"""Twin of csrc/lone.c: a lone tone of a narrow band on one port."""

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, Final

from kmcc.dsp.twin_band import WINDOW, band, band_power, edges, mean_square
from kmcc.dsp.twin_level import power
from kmcc.dsp.twin_listener import RECENT, Samples


class News(Enum):
    NOTHING = 0
    MAYBE = 1  # look again in a millisecond
    BEGAN = 2
    ENDED = 3


@dataclass(slots=True)
class ToneState:
    on: bool = False
    maybe: list[bool] = field(default_factory=list)  # of the last blocks, the oldest first
    lost: int = 0  # blocks in a row without the tone
    edge: int = 0  # sample at which the tone began, or the last one ended
    due: int = 0  # sample at which a tone that is still too short may be long enough
    power: float = 0.0
    since: int = 0  # samples from the edge to when it was told
    lasted: int = 0


class LoneTone:
    """What the ports of a kernel share."""

    MAYBE: ClassVar[float] = 0.5
    LASTING: ClassVar[float] = 0.3
    PURE: ClassVar[float] = 0.7
    BLOCK_DB: ClassVar[float] = 3
    BLOCKS_ON: ClassVar[int] = 4
    BLOCKS_OFF: ClassVar[int] = 3
    SHORTEST: ClassVar[int] = 320

    def __init__(self, hz: float, within_hz: float, level_dbm0: float) -> None:
        self._hz: Final = (hz,)
        self._floor, self._floor_block = power(level_dbm0), power(level_dbm0 - self.BLOCK_DB)
        self._band = band(hz, within_hz)

    def block(self, state: ToneState, energy: float, tone: float) -> bool:
        """Whether the port shall be looked at in the next block."""
        is_loud = tone > self._floor_block
        state.maybe = [*state.maybe, is_loud and tone > self.MAYBE * energy][-self.BLOCKS_ON :]
        state.lost = 0 if is_loud and tone > self.LASTING * energy else state.lost + 1
        if state.on:
            return state.lost >= self.BLOCKS_OFF
        return len(state.maybe) == self.BLOCKS_ON and all(state.maybe)

    def look(self, state: ToneState, at: int, recent: Samples) -> News:
        return self._look_for_end(state, at, recent) if state.on else self._look_for_begin(state, at, recent)

    def _look_for_begin(self, state: ToneState, at: int, recent: Samples) -> News:
        if at < state.due:
            return News.MAYBE
        window = recent[-WINDOW:]
        tone = band_power(self._band, window)
        if tone < self._floor or tone < self.PURE * mean_square(window):
            return News.NOTHING
        begin, end = edges(self._hz, recent, tone)
        if end < RECENT:
            return News.NOTHING
        since = min(RECENT - begin, at - state.edge)
        if since < self.SHORTEST:
            state.due = at + self.SHORTEST - since
            return News.MAYBE
        state.on, state.edge, state.since, state.power = True, at - since, since, tone
        return News.BEGAN

    def _look_for_end(self, state: ToneState, at: int, recent: Samples) -> News:
        _, end = edges(self._hz, recent, state.power)
        if end == RECENT:
            return News.NOTHING
        state.since = RECENT - end
        state.lasted = at - state.since - state.edge
        state.on, state.edge = False, at - state.since
        return News.ENDED
