"""The house in real time: frames on the loop's clock, the console beside it, a clean end on SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import uvicorn

from kmcc.centre.dunning import call_debtors_every_day
from kmcc.config import Config
from kmcc.console.app import create_app
from kmcc.daemon.errors import StartError
from kmcc.daemon.house import House
from kmcc.daemon.view import View
from kmcc.drivers.board import Board
from kmcc.drivers.registry import open_board
from kmcc.switch.calendar import Calendar

CONSOLE_LIMIT_S = 2


def serve(config: Config) -> None:
    """Run until SIGINT or SIGTERM; when it returns all calls have ended and every record is on the disk."""
    asyncio.run(_serve(config))


async def _serve(config: Config) -> None:
    if len(config.boards) != 1:
        raise StartError(f"boards: found {len(config.boards)}, this version runs one")
    listener = _listen(config)
    board = config.boards[0]
    with (
        listener,
        ThreadPoolExecutor(1, thread_name_prefix="store") as executor,
        open_board(board.url, spans=board.spans, lines=board.lines) as opened,
    ):
        await _run(config, opened, executor, listener)


async def _run(config: Config, board: Board, executor: ThreadPoolExecutor, listener: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    calendar = Calendar(datetime.now(ZoneInfo(config.centre.time_zone)), loop.time)
    house = House(config, board, calendar, executor=executor)
    app = create_app(View(house))
    console = _Console(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=CONSOLE_LIMIT_S))
    tasks = [loop.create_task(house.frames.follow_loop()), loop.create_task(console.serve(sockets=[listener]))]
    if config.reminders.enabled:
        tasks.append(loop.create_task(call_debtors_every_day(house.dunning)))
    house.open()
    print(f"kmcc: running, http://{config.http.host}:{listener.getsockname()[1]}/ (stop with Ctrl-C)", flush=True)
    stopped = loop.create_task(stop.wait())
    try:
        await asyncio.wait((stopped, *tasks), return_when=asyncio.FIRST_COMPLETED)
    finally:
        await house.close()
        console.should_exit = True
        await _end(tasks, console_task=tasks[1])


async def _end(tasks: list[asyncio.Task[None]], console_task: asyncio.Task[None]) -> None:
    """The console says goodbye by itself; a task that failed tells why."""
    for task in tasks:
        if task is not console_task:
            task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _listen(config: Config) -> socket.socket:
    try:
        return socket.create_server((config.http.host, config.http.port))
    except OSError as error:
        raise StartError(f"http: cannot listen on {config.http.host}:{config.http.port}: {error.strerror}") from None


class _Console(uvicorn.Server):
    """Leaves the signals to the house, which ends its calls before the console goes."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
