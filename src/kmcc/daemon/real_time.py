"""The house's media in real time: the thread, the watch over boards by other clocks, their figures and alarms."""

from collections.abc import Coroutine
from typing import Any

from kmcc.config import Config
from kmcc.console.board_metrics import BoardFigures
from kmcc.console.engine_metrics import EngineFigures
from kmcc.daemon.board_watch import BoardWatch
from kmcc.daemon.tick_watch import TickWatch
from kmcc.drivers.boards import Boards
from kmcc.dsp.pacer import CLASS_ENDS_S, Pacer, PacerCounters
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media
from kmcc.switch.media_thread import MediaThread


class RealTimeMedia:
    """Boards that are open and in a rack, and the engine that `media` hands out the events of."""

    def __init__(self, config: Config, boards: Boards, media: Media, journal: Journal) -> None:
        clocks = {n: board.own_clock for n, board in enumerate(boards.boards) if board.own_clock is not None}
        clock_board = config.media.clock_board
        reference = None if clock_board is None else clocks.get(clock_board)
        self.thread = MediaThread(
            Pacer(boards.rack, priority=config.media.priority, reference=reference), media, boards.deliver
        )
        self.boards = BoardWatch(clocks, journal)
        self.ticks = TickWatch(lambda: self.thread.counters, journal, wants_fifo=config.media.priority > 0)

    def works(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs as long as the house, by name."""
        return {"media": self.thread.run(), "boards": self.boards.watch(), "ticks": self.ticks.watch()}

    def alarms(self) -> list[str]:
        return self.ticks.alarms() + self.boards.alarms()

    def board_figures(self) -> tuple[BoardFigures, ...]:
        return tuple(
            BoardFigures(
                board=board,
                is_alive=now.is_alive,
                repeated=now.repeated,
                dropped=now.dropped,
                idle=now.idle,
                discarded=now.discarded,
                delay_s=now.delay_s,
            )
            for board, now in self.boards.stores.items()
        )


def engine_figures(now: PacerCounters, events_lost: int) -> EngineFigures:
    return EngineFigures(
        ticks=now.ticks,
        late=now.late,
        caught_up=now.caught_up,
        given_up=now.given_up,
        busy_s=now.busy_s,
        longest_s=now.longest_s,
        most_late_s=now.most_late_s,
        is_fifo=now.is_fifo,
        is_locked=now.is_locked,
        lateness=tuple(zip(CLASS_ENDS_S, now.lateness, strict=True)),
        events_lost=events_lost,
    )
