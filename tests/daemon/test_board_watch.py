"""Boards by clocks of their own: slips become events, many of them an alarm, and a board that dies is told at once."""

import asyncio
from os import getpid

from kmcc.config.model import Config
from kmcc.config.sections import Board
from kmcc.daemon.board_watch import MOST_SLIPS_AN_HOUR, BoardWatch
from kmcc.daemon.real_time import RealTimeMedia
from kmcc.drivers.boards import Boards
from kmcc.drivers.shared import SharedBoard
from kmcc.dsp.elastic import StoreCounters
from kmcc.dsp.engine import Engine
from kmcc.dsp.mapped import EXCHANGE
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media

FAST_PPM = 100


def test_slips_are_events_and_too_many_an_alarm() -> None:
    async def story() -> None:
        near = Media(Engine(spans=2))
        boards = Boards(
            [SimulatedBoard(lambda _: None, lines=0), SimulatedBoard(lambda _: None, lines=0, off_ppm=FAST_PPM)]
        )
        journal = MemoryJournal()
        with boards:
            boards.bind(near.engine)
            clock = boards.boards[1].own_clock
            assert boards.boards[0].own_clock is None
            assert clock is not None
            watch = BoardWatch({1: clock}, journal)
            with VirtualLoop.running().moved_by(FrameClock(boards, near)):
                watching = asyncio.get_running_loop().create_task(watch.watch())
                await asyncio.sleep(20.0)
                assert watch.alarms() == []
                await asyncio.sleep(30.0)
                (alarm,) = watch.alarms()
                watching.cancel()
            slips = clock.store().slips
        assert slips > MOST_SLIPS_AN_HOUR
        assert alarm == f"boards[1]: {slips} slips within the hour, the clocks differ"
        told = journal.of("board.slips", board=1, repeated=0, idle=0)
        assert sum(int(str(one.fields["dropped"])) for one in told) == slips
        assert len(journal.of("board.alive", board=1)) == 1

    run_virtual(story())


class Told:
    """A store that says what the test wants."""

    slot = None

    def __init__(self) -> None:
        self.now = StoreCounters(0, 0, 0, 0, 1, 0.02, is_alive=True)

    def store(self) -> StoreCounters:
        return self.now


def test_an_hour_later_slips_are_forgotten_and_a_dead_board_is_not() -> None:
    async def story() -> None:
        clock, journal = Told(), MemoryJournal()
        watch = BoardWatch({0: clock}, journal)
        clock.now = StoreCounters(20, 20, 31, 0, 1, 0.02, is_alive=False)
        watch.look()
        assert watch.alarms() == [
            "boards[0]: no frames come",
            "boards[0]: 40 slips within the hour, the clocks differ",
            "boards[0]: 31 ticks within the hour did not find their frames",
        ]
        await asyncio.sleep(3601.0)
        watch.look()
        assert watch.alarms() == ["boards[0]: no frames come"]
        clock.now = StoreCounters(20, 20, 31, 0, 2, 0.02, is_alive=True)
        watch.look()
        assert watch.alarms() == []
        assert [one.kind for one in journal.entries] == ["board.dead", "board.slips", "board.alive"]

    run_virtual(story())


def test_in_real_time_a_dead_exchange_is_an_alarm_and_a_figure() -> None:
    url = f"shm://test-{getpid()}-watch"

    async def story() -> None:
        near = Media(Engine(spans=1))
        config = Config(boards=(Board(url=url, spans=1, lines=0),))
        with SharedBoard(url, spans=1, lines=0, side=EXCHANGE), Boards([SharedBoard(url, spans=1, lines=0)]) as boards:
            boards.bind(near.engine)
            media = RealTimeMedia(config, boards, near, MemoryJournal())
            tasks = [asyncio.get_running_loop().create_task(work) for work in media.works().values()]
            while media.thread.counters.ticks < 3:  # noqa: ASYNC110  nothing tells of ticks
                await asyncio.sleep(0.01)
            assert "boards[0]: no frames come" in media.alarms()
            (figures,) = media.board_figures()
            assert (figures.board, figures.is_alive, figures.repeated) == (0, False, 0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(story())
