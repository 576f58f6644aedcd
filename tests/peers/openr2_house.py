"""Calls with the real libopenr2 at the far end, both ways, in simulated time: the whole house on our side."""

import asyncio
import csv
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.peers.openr2 import Kind, OpenR2Board, missing

from kmcc.config import Config
from kmcc.config.sections import Board, Media, Store
from kmcc.daemon.house import House
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.store.event import Event
from kmcc.switch.announce import Language
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.prompts import PromptSet

if missing() is not None and "CI" not in os.environ:
    pytest.skip(str(missing()), allow_module_level=True)

LIMIT_S = 60.0
PROMPTS = PromptSet.load(None)
START = datetime(2000, 5, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Story = Callable[[House, OpenR2Board], Awaitable[None]]


def play(folder: Path, board: OpenR2Board, story: Story) -> list[dict[str, str]]:
    """Run the story with the whole house; the call records it left."""
    config = Config(
        store=Store(
            url=f"sqlite:///{folder}/kmcc.db",
            recordings=str(folder / "recordings"),
            events=str(folder / "events.jsonl"),
            cdr=str(folder / "cdr.csv"),
        ),
        media=Media(tick_ms=10),
        boards=(Board(url="openr2://channel", spans=1, lines=0),),
        seats=(),
    )

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        house = House(config, board, Calendar(START, loop.time))
        loop.attach(house.frames)
        house.open()
        async with asyncio.timeout(LIMIT_S):
            await asyncio.sleep(0.2)  # both ends have seen each other idle
            await story(house, board)
        await house.close()
        loop.attach(None)

    with board:
        run_virtual(main())
    with (folder / "cdr.csv").open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


async def event(house: House, kind: str, **fields: object) -> Event:
    """The first event of this kind with these fields; waits for it."""
    while True:
        for found in house.events.since(0):
            if found.kind == kind and all(dict(found.fields)[name] == value for name, value in fields.items()):
                return found
        await asyncio.sleep(0.01)


def test_openr2_calls_us_with_its_number_and_hears_the_welcome(tmp_path: Path) -> None:
    async def story(house: House, board: OpenR2Board) -> None:
        board.place_call(calling="3188888", called="1000")
        await event(house, "prompt.started", prompt="welcome main-menu", language="zh")
        await asyncio.sleep(6.0)  # the welcome lasts less
        board.hang_up()
        await event(house, "cdr.written")
        await asyncio.sleep(1.0)

    board = OpenR2Board(channel=3)
    (record,) = play(tmp_path, board, story)
    assert board.kinds() == [Kind.IDLE, Kind.ACCEPTED, Kind.ANSWERED, Kind.ENDED]
    assert PROMPTS.fingerprint("welcome", Language.ZH) in board.speech
    assert record["called"] == "1000"
    assert record["calling"] == "3188888"
    assert record["category"] == "1"
    assert record["cause"] == "caller hung up"
    assert record["answered_at"] != ""


def test_openr2_answers_our_call(tmp_path: Path) -> None:
    async def talk(call: Call) -> None:
        await call.until(call.leg.alerting)
        await call.until(call.leg.answered)
        await call.play(("goodbye",))

    async def story(house: House, board: OpenR2Board) -> None:
        call = await house.calls.dial("3166666", CallingParty("1000"), talk)
        assert call.leg.ended.result() is Cause.NORMAL
        await asyncio.sleep(1.0)

    board = OpenR2Board(channel=21, called_digits=7)
    (record,) = play(tmp_path, board, story)
    offered = board.events[2]
    assert board.kinds() == [
        Kind.IDLE,
        Kind.INIT,
        Kind.OFFERED,
        Kind.ACCEPTED,
        Kind.DISCONNECTED,
        Kind.ENDED,
    ]
    assert (offered.calling, offered.called) == ("1000", "3166666")
    assert PROMPTS.fingerprint("goodbye", Language.ZH) in board.speech
    assert record["direction"] == "out"
    assert record["cause"] == "normal"
    assert int(record["duration_ms"]) > 0
