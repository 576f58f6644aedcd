"""A house with two boards, each with an exchange of its own: calls come by either, and an agent sits at the second."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.daemon.left_behind import cdr_rows

from kmcc.config.model import Config
from kmcc.config.sections import Board, Number, Seat, Store, TrunkGroup
from kmcc.daemon.house import House
from kmcc.drivers.boards import Boards
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.town import Town
from kmcc.switch.calendar import Calendar
from kmcc.switch.prompts import PromptSet

START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHANNELS = (range(31, 61), range(1, 31))  # of the exchange at either board


def two_boards(folder: Path) -> Config:
    return Config(
        store=Store(
            url=f"sqlite:///{folder}/kmcc.db",
            recordings=str(folder / "recordings"),
            events=str(folder / "events.jsonl"),
            cdr=str(folder / "cdr.csv"),
        ),
        boards=(Board(url="sim://a", spans=2, lines=1), Board(url="sim://b", spans=1, lines=2)),
        trunk_groups=(
            TrunkGroup(name="a", board=0, span=1, channels=tuple(range(1, 31))),
            TrunkGroup(name="b", board=1, span=0, channels=tuple(range(1, 31))),
        ),
        numbers=(Number(prefix="1000", min_digits=4, max_digits=4, service="centre"),),
        seats=(Seat(id="801", board=1, line=1, skills={"centre": 1}),),
    )


async def lives(config: Config, towns: tuple[Town, Town], boards_called: Sequence[int]) -> None:
    """A house to which one caller after the other comes, each a stranger, by these boards."""
    loop = VirtualLoop.running()
    simulated = [
        SimulatedBoard(town.settle, spans=one.spans, lines=one.lines, url=one.url)
        for town, one in zip(towns, config.boards, strict=True)
    ]
    with Boards(simulated) as boards:
        house = House(config, boards, Calendar(START, loop.time))
        loop.attach(house.frames)
        house.open()
        await asyncio.sleep(0.5)
        for serial, board in enumerate(boards_called):
            async with towns[board].exchange.caller(f"319000{serial}", channels=CHANNELS[board]) as caller:
                await caller.dial("1000")
                await caller.hear("welcome")
                await caller.press("0")
                await caller.hear("hello")
            await asyncio.sleep(30.0)  # the agent rests
        await house.close()
        for town in towns:
            await town.leave()
        loop.attach(None)


def served(folder: Path) -> list[tuple[str, str]]:
    """The circuit of each caller and who served him."""
    return [(row["circuit"].partition("/")[0], row["seat"]) for row in cdr_rows(folder) if row["direction"] == "in"]


def test_calls_come_by_either_board_and_reach_the_seat_at_the_second(tmp_path: Path) -> None:
    prompts = PromptSet.load(None)
    towns = (Town(prompts), Town(prompts, (), {1: Manner()}))
    run_virtual(lives(two_boards(tmp_path), towns, (0, 1)))
    assert served(tmp_path) == [("a", "801"), ("b", "801")]


def test_a_seat_at_the_callers_board_is_preferred(tmp_path: Path) -> None:
    """Also to one that has been idle for longer: the first seat has both calls of its board, and rests between."""
    prompts = PromptSet.load(None)
    towns = (Town(prompts, (), {0: Manner()}), Town(prompts, (), {1: Manner()}))
    seats = tuple(Seat(id=f"80{board}", board=board, line=board, skills={"centre": 1}) for board in (0, 1))
    run_virtual(lives(two_boards(tmp_path).model_copy(update={"seats": seats}), towns, (0, 0, 1, 1)))
    assert served(tmp_path) == [("a", "800"), ("a", "800"), ("b", "801"), ("b", "801")]
