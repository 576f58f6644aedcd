"""Boards by URL."""

import asyncio
import subprocess
import sys

import pytest

from kmcc.drivers.board import BoardError, BoardNotFoundError
from kmcc.drivers.registry import DRIVERS, open_board
from kmcc.dsp.engine import Engine


def test_the_scheme_names_the_driver() -> None:
    board = open_board("sim://kunming?calls_per_hour=0", spans=1, lines=2)
    info = board.info()
    assert info.url == "sim://kunming?calls_per_hour=0"
    assert (info.spans, info.lines) == (1, 2)


@pytest.mark.parametrize("url", ["dahdi:1", "", "kunming", "SIM:", "http://x"])
def test_an_unknown_scheme_is_refused_with_those_that_are_known(url: str) -> None:
    if url == "SIM:":  # RFC 3986: schemes are case-insensitive
        assert open_board(url, spans=1, lines=0).info().spans == 1
        return
    with pytest.raises(BoardNotFoundError, match="known: sim, shm") as refused:
        open_board(url, spans=1, lines=0)
    assert str(refused.value).startswith(url)
    assert isinstance(refused.value, BoardError)


def test_every_driver_of_the_table_can_be_imported() -> None:
    for module, function in DRIVERS.values():
        program = f"from {module} import {function}"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_driver_is_imported_only_when_it_is_asked_for() -> None:
    program = "import sys, kmcc.drivers.registry; raise SystemExit('kmcc.firmware_sim.entry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_board_of_the_url_moves_frames() -> None:
    async def main() -> int:
        with open_board("sim://?calls_per_hour=0", spans=1, lines=2) as board:
            board.bind(Engine(spans=1, lines=2))
            ran = sum(board.run(10) for _ in range(20))
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return ran

    assert asyncio.run(main()) > 20
