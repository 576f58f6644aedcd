"""The house in real time: frames moved by a thread, the console beside it, a clean end on SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import uvicorn

from kmcc.config import Config
from kmcc.console.app import create_app
from kmcc.console.campaigns import campaign_routers
from kmcc.daemon.admission import watch_load
from kmcc.daemon.errors import StartError
from kmcc.daemon.garbage import collect_garbage
from kmcc.daemon.hang_up import on_sighup
from kmcc.daemon.house import House
from kmcc.daemon.real_time import RealTimeMedia
from kmcc.daemon.view import View, guard_of
from kmcc.daemon.wall_clock import keep_to_wall
from kmcc.drivers.boards import Boards
from kmcc.drivers.registry import open_board
from kmcc.switch.calendar import Calendar

CONSOLE_LIMIT_S: Final = 2
CANCEL_ROUNDS: Final = 20
CANCEL_ROUND_S: Final = 0.05
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(config: Config) -> None:
    """Run until SIGINT or SIGTERM; when it returns all calls have ended and every record is on the disk."""
    try:
        asyncio.run(_serve(config))
    finally:  # all is on the disk: a second signal must not turn this end into a violent one
        for number in (*STOP_SIGNALS, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


async def _serve(config: Config) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    listener = _listen(config)
    try:
        with listener, ThreadPoolExecutor(1, thread_name_prefix="store") as executor, _boards(config) as boards:
            await _run(config, boards, executor, listener, stop)
    finally:
        await _cancel_the_rest()


def _boards(config: Config) -> Boards:
    return Boards([open_board(one.url, spans=one.spans, lines=one.lines) for one in config.boards])


async def _run(
    config: Config, boards: Boards, executor: ThreadPoolExecutor, listener: socket.socket, stop: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    wall = partial(datetime.now, ZoneInfo(config.centre.time_zone))
    calendar = Calendar(wall(), loop.time)
    house = House(config, boards, calendar, executor=executor)
    media = RealTimeMedia(config, boards, house.media, house.journal)
    view, guard = View(house, media), guard_of(config)
    rooms = campaign_routers(house.autodial.room(), guard)
    settings = uvicorn.Config(
        create_app(view, guard, rooms), log_config=None, timeout_graceful_shutdown=CONSOLE_LIMIT_S
    )
    console = _Console(settings)
    talks = loop.create_task(console.serve(sockets=[listener]), name="console")
    works = [
        *(loop.create_task(work, name=name) for name, work in media.works().items()),
        loop.create_task(watch_load(house.admission, media.thread), name="load"),
        loop.create_task(view.queues.keep_up(), name="queues"),
        loop.create_task(house.flows.watch(config.voice.watch_s), name="flows"),
        loop.create_task(collect_garbage(lambda: len(house.calls.calls)), name="garbage"),
        loop.create_task(house.autodial.run(), name="autodial"),
        loop.create_task(keep_to_wall(calendar, wall, house.journal), name="clock"),
    ]
    on_sighup(house.flows.reload)
    try:
        house.open()
        _announce(f"http://{config.http.host}:{listener.getsockname()[1]}/")
        await _until_asked(stop, talks, *works)
    finally:
        await _end(house, console, talks, works)


async def _until_asked(stop: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Returns when asked to stop. No task should end by itself: one that does tells why, and the house goes down."""
    stopped = asyncio.get_running_loop().create_task(stop.wait())
    try:
        await asyncio.wait((stopped, *tasks), return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
                raise RuntimeError(f"{task.get_name()}: ended by itself")
    finally:
        stopped.cancel()


async def _end(house: House, console: "_Console", talks: asyncio.Task[None], works: list[asyncio.Task[None]]) -> None:
    """Calls first, while the frames still move; then the console, whose streams have ended with the event log."""
    try:
        await house.close()
    finally:
        for task in works:
            task.cancel()
        console.should_exit = True
        await asyncio.gather(talks, *works, return_exceptions=True)


async def _cancel_the_rest() -> None:
    """Simulated people still wait, each in his own way, for lines that are gone: until none is left, not once."""
    for _ in range(CANCEL_ROUNDS):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if not rest:
            return
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=CANCEL_ROUND_S)


def _stop_on_signals(stop: asyncio.Event) -> None:
    """Handlers of our own: those of a loop go with it, and a second signal would kill us in the last moment."""
    loop = asyncio.get_running_loop()

    def ask(_number: int, _frame: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    for number in STOP_SIGNALS:
        signal.signal(number, ask)


def _announce(address: str) -> None:
    with suppress(BrokenPipeError):  # nobody reads it: no reason to stop the telephones
        print(f"kmcc: running, {address} (stop with Ctrl-C)", flush=True)


def _listen(config: Config) -> socket.socket:
    try:
        return socket.create_server((config.http.host, config.http.port))
    except OSError as error:
        why = str(error.strerror).partition(" (")[0]  # create_server repeats the address in brackets
        raise StartError(f"http: cannot listen on {config.http.host}:{config.http.port}: {why}") from None


class _Console(uvicorn.Server):
    """Leaves the signals to the house, which ends its calls before the console goes."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
