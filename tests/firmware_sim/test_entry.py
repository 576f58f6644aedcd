"""sim:// as an operator writes it: what it may say, and what becomes of it when it says something else."""

import asyncio

import pytest

from kmcc.drivers.board import BoardNotFoundError
from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import VirtualLoop
from kmcc.firmware_sim.entry import Options, open_simulated
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media


@pytest.mark.parametrize("url", ["sim:", "sim://", "sim://kunming", "sim://kunming?"])
def test_without_options_the_defaults_hold(url: str) -> None:
    board = open_simulated(url, 1, 4)
    assert board.info().url == url
    assert Options().channels == range(1, 21)


@pytest.mark.parametrize(
    "query",
    ["seed=7", "calls_per_hour=0", "calls_per_hour=36000", "calls_on=1-30", "calls_on=5-5", "seed=2&calls_on=3-9"],
)
def test_what_it_may_say(query: str) -> None:
    assert open_simulated(f"sim://x?{query}", 1, 0).info().url == f"sim://x?{query}"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("sed=1", "sed"),
        ("seed=one", "seed"),
        ("seed=1.5", "seed"),
        ("calls_per_hour=-1", "calls_per_hour"),
        ("calls_per_hour=36001", "calls_per_hour"),
        ("calls_per_hour=nan", "calls_per_hour"),
        ("calls_per_hour=inf", "calls_per_hour"),
        ("calls_per_hour=", "calls_per_hour"),
        ("calls_on=20-1", "calls_on"),
        ("calls_on=0-3", "calls_on"),
        ("calls_on=1", "calls_on"),
        ("calls_on=a-b", "calls_on"),
        ("calls_on=1-31", "calls_on"),
        ("seed", "query"),
    ],
)
def test_what_it_may_not_say_is_refused_by_its_name(query: str, place: str) -> None:
    url = f"sim://x?{query}"
    with pytest.raises(BoardNotFoundError) as refused:
        open_simulated(url, 1, 0)
    assert str(refused.value).startswith(f"{url}: {place}: ")


def test_more_spans_have_more_channels() -> None:
    assert open_simulated("sim://x?calls_on=1-60", 2, 0).info().spans == 2


def lively_minutes(seed: int, clock: Clock) -> list[tuple[float, int, int]]:
    """What reaches a house that never answers: every line code of the random callers."""

    async def main() -> list[tuple[float, int, int]]:
        codes: list[tuple[float, int, int]] = []
        near = Media(Engine(spans=1, lines=2))
        with open_simulated(f"sim://x?seed={seed}&calls_per_hour=600", 1, 2) as board:
            board.bind(near.engine)
            for port in range(30):
                near.subscribe(port, lambda e: codes.append((asyncio.get_running_loop().time(), e.port, e.code)))
                near.engine.signal(port, 0b1011)
            frames = FrameClock(board, near)
            with VirtualLoop.running().moved_by(frames):
                await asyncio.sleep(180.0)
        await asyncio.sleep(0)
        return codes

    return clock(main())


def test_the_seed_chooses_the_callers(clock: Clock) -> None:
    first, again, other = lively_minutes(1, clock), lively_minutes(1, clock), lively_minutes(2, clock)
    assert first == again
    assert first != other
    seizures = [port for _, port, code in first if code == 0b0011]
    assert 10 <= len(seizures) <= 60  # thirty expected in three minutes
    assert max(seizures) < 20
