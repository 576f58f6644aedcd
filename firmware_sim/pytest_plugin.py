"""Fixtures for tests over the simulator: `pytest_plugins = ["kmcc.firmware_sim.pytest_plugin"]` in a conftest.py.

`clock` runs a coroutine in virtual time, `sim` puts a switch on a simulated board, `caller` is a subscriber who calls
it, `e1_pair` is two engines back to back.
"""

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import pytest

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import Frames, VirtualLoop, run_virtual
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.rig import Plant, Rig, switch_on_sim
from kmcc.switch.flow import Flow
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet

T = TypeVar("T")
NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Clock(Protocol):
    """`clock(story())`: runs it in virtual time; `frames` make the time pass, without them it jumps."""

    def __call__(self, story: Coroutine[Any, Any, T], frames: Frames | None = None) -> T: ...


class Sim(Protocol):
    """`async with sim(flows) as rig`: a switch with these flows, on a simulated board with this town behind it."""

    def __call__(
        self,
        flows: Mapping[str, Flow] = NOTHING,
        *,
        plant: Plant | None = None,
        subscribers: Sequence[Subscriber] = (),
        manners: Mapping[int, Manner] = NOTHING,
    ) -> AbstractAsyncContextManager[Rig]: ...


@dataclass(frozen=True, slots=True)
class E1Pair:
    """Two engines with one E1 and two lines between them; `frames` moves both, and is the near one's clock."""

    near: Media
    far: Media
    frames: FrameClock


@pytest.fixture
def clock() -> Clock:
    def run(story: Coroutine[Any, Any, T], frames: Frames | None = None) -> T:
        async def main() -> T:
            with VirtualLoop.running().moved_by(frames):
                return await story

        return run_virtual(main())

    return run


@pytest.fixture(scope="session")
def prompt_set() -> PromptSet:
    """The packaged prompts, read once."""
    return PromptSet.load(None)


@pytest.fixture
def sim(tmp_path: Path, prompt_set: PromptSet, _open_rigs: list[Rig]) -> Sim:
    @asynccontextmanager
    async def open_rig(flows: Mapping[str, Flow] = NOTHING, **rest: Any) -> Any:
        async with switch_on_sim(tmp_path, prompt_set, flows, **rest) as rig:
            _open_rigs.append(rig)
            yield rig
            _open_rigs.remove(rig)

    return open_rig


@pytest.fixture
def _open_rigs() -> list[Rig]:
    return []


@pytest.fixture
def caller(_open_rigs: list[Rig]) -> Callable[..., Caller]:
    """A subscriber who calls the switch of `sim`: `async with caller("3190001") as li: await li.dial("1000")`."""

    def lift(number: str | None = "3190001", *, channels: Sequence[int] = range(1, 21)) -> Caller:
        return _open_rigs[-1].caller(number, channels=channels)

    return lift


@pytest.fixture
def e1_pair() -> Iterator[E1Pair]:
    far: list[Media] = []
    near = Media(Engine(spans=1, lines=2))
    with SimulatedBoard(far.append, lines=2) as board:
        board.bind(near.engine)
        yield E1Pair(near, far[0], FrameClock(board, near))
