"""A console over a real event log, served by a real uvicorn on a free port, in a thread with its own loop."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, get_args

import pytest
import uvicorn

from kmcc.centre.services import flow_world
from kmcc.config.sections import Skill
from kmcc.console.app import create_app
from kmcc.console.engine_metrics import EngineFigures
from kmcc.console.health import Health
from kmcc.console.metrics import CauseCount, CircuitCount, Figures, SeatCount
from kmcc.console.queues import QueueWatch
from kmcc.console.traffic_metrics import AdmissionCount, GroupFigures, Traffic
from kmcc.daemon.flow_shelf import FlowShelf
from kmcc.daemon.trunk_desk import TrunkDesk
from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.store.event_log import EventLog
from kmcc.store.queue_history import Limits
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.calendar import Calendar
from kmcc.switch.circuit import Cause, CircuitState
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.recording_rules import RecordingRefusedError
from kmcc.switch.seats.desk import SeatDesk

T = TypeVar("T")

PACKAGED = flow_world(packaged_catalogue().prompts.keys(), get_args(Skill))
FIT = Health(
    ok=True,
    reasons=(),
    uptime_s=61.5,
    version="0.1.0",
    circuits_idle=27,
    circuits_busy=2,
    circuits_blocked=1,
    calls=2,
    late_ticks=0,
)

FIGURES = Figures(
    circuits=(CircuitCount("kunming-in", CircuitState.IDLE, 18), CircuitCount("kunming-in", CircuitState.BUSY, 2)),
    seats=(SeatCount("ready", 3), SeatCount("talking", 1)),
    calls_ended=(CauseCount(Cause.NORMAL, 40), CauseCount(Cause.NO_ANSWER, 2)),
    calls_in_progress=2,
    callers_waiting=1,
    events=0,
    engine=EngineFigures(
        ticks=125_000,
        late=3,
        caught_up=2,
        given_up=1,
        busy_s=12.5,
        longest_s=0.004,
        most_late_s=0.009,
        is_fifo=True,
        lateness=((0.00005, 124_000), (0.0009, 997), (0.0096, 3)),
        events_lost=4,
    ),
    traffic=Traffic(
        groups=(GroupFigures("kunming-in", 50, 7, 41, 5, 2, 1, 3600.5),),
        admission=(AdmissionCount("emergency", taken=4, refused=0),),
        calls_per_s=45.5,
    ),
)


class NoCalls:
    """Recorders of a house in which no call is up."""

    def seat_of(self, call: str) -> str | None:
        raise RecordingRefusedError(f"call {call} is not up")

    def start(self, call: str) -> None:
        self.seat_of(call)

    def stop(self, call: str) -> None:
        self.seat_of(call)


@dataclass
class House:
    """A house that stands still but for its event log."""

    events: EventLog
    events_file: Path
    desk: SeatDesk
    services: frozenset[str] = frozenset({"centre"})
    health_now: Health = FIT
    figures_now: Figures = FIGURES
    recorders: NoCalls = field(default_factory=NoCalls)
    trunks: TrunkDesk = field(default_factory=lambda: TrunkDesk({}))
    flows: FlowShelf = field(default_factory=lambda: FlowShelf(None, PACKAGED, MemoryJournal()))

    def __post_init__(self) -> None:
        self.queues = QueueWatch(self.events, lambda: datetime(2000, 5, 1, 9, 0, tzinfo=UTC), Limits(), ("bill",))

    def health(self) -> Health:
        return self.health_now

    def figures(self) -> Figures:
        return self.figures_now


@dataclass
class Served:
    """What a test holds: `on_loop` runs a function where the house lives."""

    url: str
    house: House
    loop: asyncio.AbstractEventLoop

    def on_loop(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(timeout=10)

    def write(self, count: int, kind: str = "key.pressed") -> None:
        def write_all() -> None:
            for n in range(count):
                self.house.events.write(kind, n=n)

        self.on_loop(write_all)


def event_log(path: Path, loop: asyncio.AbstractEventLoop, *, backlog: int = 1000) -> EventLog:
    calendar = Calendar(datetime(2000, 5, 1, 8, tzinfo=UTC), loop.time)
    return EventLog(path, calendar, keep=50, backlog=backlog)


def run(loop: asyncio.AbstractEventLoop, server: uvicorn.Server, listener: socket.socket) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(server.serve([listener]))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    events_file = tmp_path / "events.jsonl"
    events = event_log(events_file, loop, backlog=5)
    desk = SeatDesk(QueueMachine(), (), events, Media(Engine(lines=1)), PromptSet.load(None))
    house = House(events, events_file, desk)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(house), log_config=None, ws="none", timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=run, args=(loop, server, listener))
        thread.start()
        served = Served(f"http://127.0.0.1:{listener.getsockname()[1]}", house, loop)
        try:
            served.on_loop(lambda: None)
            yield served
        finally:
            with suppress(RuntimeError):
                served.on_loop(house.events.close)
            server.should_exit = True
            thread.join(timeout=10)
    assert not thread.is_alive()
