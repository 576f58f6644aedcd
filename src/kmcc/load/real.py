"""A load run in real time: house and town in two processes on the two sides of a board in shared memory.

The house's CPU is its own. It may be killed with SIGKILL at times of the scenario, and is started again.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from kmcc.errors import KmccError
from kmcc.firmware_sim.crowd.scenario import Scenario
from kmcc.firmware_sim.crowd.tally import Tally
from kmcc.load import process
from kmcc.load.books import read_books
from kmcc.load.house_process import CPU_FILE, TELL
from kmcc.load.order import Order
from kmcc.load.plant import house_of
from kmcc.load.report import Effort, LoadReport, Restart, unbooked
from kmcc.load.town_process import TOWN_FILE
from kmcc.store.database import Database
from kmcc.store.sample import seed as seed_town

SPARE_MS: Final = 4  # that the ticks of either process may be late: load shares the machine with its town
LOOK_S: Final = 0.1
START_LIMIT_S: Final = 60.0
END_LIMIT_S: Final = 60.0
CLEAR_LIMIT_S: Final = 15.0
UP: Final = b"running"
ZONE: Final = ZoneInfo("Asia/Shanghai")

OnProgress = Callable[[float, int], None]


class LoadRunError(KmccError):
    """A process of the run did not start, or did not end."""


def run_in_real_time(
    scenario: Scenario,
    folder: Path,
    *,
    seed: int,
    minutes: float,
    on_progress: OnProgress = lambda _share, _calls: None,
) -> tuple[LoadReport, bool]:
    """The report, and whether the run was interrupted: then it is of the time until then. The folder must exist."""
    name = f"kmcc-load-{os.getpid()}"
    order = Order(
        scenario=scenario,
        folder=folder,
        seed=seed,
        minutes=minutes,
        url=f"shm://{name}?spare_ms={SPARE_MS}",
        port=_free_port(),
    )
    _prepare(order)
    return _RealRun(order, on_progress).play()


def _prepare(order: Order) -> None:
    """The tables and the sample town's data."""
    database = Database(house_of(order.scenario, order.folder).store.address())
    database.migrate()
    now = datetime.now(ZONE)
    database.run_now(lambda session: seed_town(session, now, order.scenario.passwords))
    database.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(slots=True)
class _Spent:
    """By the house's processes, one after the other where it was killed."""

    cpu_s: float = 0.0
    loop_s: float = 0.0
    waited_s: float = 0.0
    memory_mb: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)


class _RealRun:
    def __init__(self, order: Order, on_progress: OnProgress) -> None:
        self._order = order
        self._file = order.write()
        self._on_progress = on_progress
        self._log = (order.folder / "processes.log").open("ab")
        self._kills_s = list(order.scenario.fault_times_s("the house is killed", order.seed))
        self._restarts: list[Restart] = []
        self._faults: list[str] = []
        self._spent = _Spent()
        self._before_s = 0.0  # CPU of the present house before the first caller
        self._loop_before = (0.0, 0.0)
        self._house: subprocess.Popen[bytes]

    def play(self) -> tuple[LoadReport, bool]:
        with ExitStack() as ends, self._log:
            town = self._start("town")
            ends.callback(_kill, town)
            self._wait_for(town, "town")
            self._start_house()
            ends.callback(lambda: _kill(self._house))
            began_s = time.perf_counter()
            is_interrupted = self._follow(town)
            wall_s = time.perf_counter() - began_s
            self._look_for_busy()
            self._close_house()
            town.send_signal(signal.SIGTERM)
            town.wait(END_LIMIT_S)
        return self._report(wall_s), is_interrupted

    # --- processes ------------------------------------------------------------------------------------------------

    def _start(self, part: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "kmcc.cli.main", "sim", part, str(self._file)]
        # In a group of its own: Ctrl-C at the terminal is for us, and we end the others in their order.
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True)

    def _start_house(self) -> float:
        """Returns when it takes calls; how many seconds that took."""
        began_s = time.perf_counter()
        self._house = self._start("house")
        self._wait_for(self._house, "house")
        return time.perf_counter() - began_s

    def _wait_for(self, one: "subprocess.Popen[bytes]", name: str) -> None:
        """Until it says that it is up."""
        line = b"" if one.stdout is None else one.stdout.readline()
        if UP not in line:
            raise LoadRunError(f"the {name} did not start: see {self._order.folder}/processes.log")

    def _follow(self, town: "subprocess.Popen[bytes]") -> bool:
        """Until the town has ended; whether that was by Ctrl-C."""
        is_interrupted = False
        has_begun = False
        while not (self._order.folder / TOWN_FILE).exists():
            if town.poll() is not None:
                raise LoadRunError(f"the town ended with {town.returncode}: see {self._order.folder}/processes.log")
            try:
                time.sleep(LOOK_S)
                done_s = self._show()
                if not has_begun and done_s > 0:
                    has_begun, self._before_s = True, process.cpu_s(self._house.pid)
                    self._loop_before = process.main_thread_s(self._house.pid)
                    self._ask_parts(-1.0)
                if self._kills_s and done_s >= self._kills_s[0]:
                    self._kill_house(self._kills_s.pop(0))
            except KeyboardInterrupt:
                is_interrupted = True
                town.send_signal(signal.SIGTERM)
        self._note_spent()
        self._ask_parts(1.0)
        return is_interrupted

    def _show(self) -> float:
        """How many seconds of the run are over."""
        try:
            progress = json.loads((self._order.folder / "progress.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return 0.0
        done_s: float = progress["done_s"]
        self._on_progress(done_s / (60 * self._order.minutes), progress["calls"])
        return done_s

    def _kill_house(self, at_s: float) -> None:
        self._note_spent()
        killed_at = datetime.now(ZONE)
        _kill(self._house)
        up_after_s = self._start_house()
        self._restarts.append(Restart(at_s, killed_at, up_after_s))

    def _close_house(self) -> None:
        self._house.send_signal(signal.SIGTERM)
        try:
            code = self._house.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise LoadRunError(f"the house did not end within {END_LIMIT_S:.0f} s") from None
        if code != 0:
            self._faults.append(f"house: ended with {code}")

    # --- what it cost ---------------------------------------------------------------------------------------------

    def _note_spent(self) -> None:
        pid, spent = self._house.pid, self._spent
        spent.cpu_s += process.cpu_s(pid) - self._before_s
        ran_s, waited_s = process.main_thread_s(pid)
        spent.loop_s += ran_s - self._loop_before[0]
        spent.waited_s += waited_s - self._loop_before[1]
        self._loop_before = (0.0, 0.0)
        spent.memory_mb = max(spent.memory_mb, process.memory_mb(pid))
        self._before_s = 0.0
        for name, value in process.metrics(self._order.port).items():
            spent.figures[name] = spent.figures.get(name, 0.0) + value

    def _ask_parts(self, sign: float) -> None:
        """Add (or take off) what the present house says that it has spent on each part."""
        path = self._order.folder / CPU_FILE
        path.unlink(missing_ok=True)
        self._house.send_signal(TELL)
        end_s = time.perf_counter() + CLEAR_LIMIT_S
        while not path.exists() and time.perf_counter() < end_s:
            time.sleep(0.01)
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        parts = {**told["parts"], "threads": told["process_s"] - told["main_s"]}
        for name, seconds in parts.items():
            self._spent.parts[name] = self._spent.parts.get(name, 0.0) + sign * seconds

    def _look_for_busy(self) -> None:
        """Every circuit of the house is idle soon after the last call."""
        end_s = time.perf_counter() + CLEAR_LIMIT_S
        while True:
            now = process.health(self._order.port)
            if now is not None and not now["circuits_busy"] and not now["calls"]:
                break
            if time.perf_counter() > end_s:
                self._faults.append(f"circuits not idle after the last call: {now}")
                break
            time.sleep(LOOK_S)
        if now is not None and now["circuits_blocked"]:
            self._faults.append(f"{now['circuits_blocked']} circuits are blocked after the last call")

    def _report(self, wall_s: float) -> LoadReport:
        order, spent = self._order, self._spent
        town = json.loads((order.folder / TOWN_FILE).read_text("utf-8"))
        books = read_books(order.folder)
        if left := town["not_idle"]:
            self._faults.append(f"exchange: {len(left)} circuits not idle after the last call: {', '.join(left[:9])}")
        effort = Effort(
            wall_s,
            spent.cpu_s,
            {part: seconds for part, seconds in sorted(spent.parts.items(), key=lambda one: -one[1]) if seconds > 0},
            town_cpu_s=town["process_s"],
            loop_s=spent.loop_s,
            waited_s=spent.waited_s,
            most_memory_mb=spent.memory_mb,
            ticks=round(spent.figures.get("kmcc_engine_ticks_total", 0)),
            late_ticks=round(spent.figures.get("kmcc_engine_late_ticks_total", 0)),
            missed_ticks=round(spent.figures.get("kmcc_engine_missed_ticks_total", 0)),
        )
        restarts = tuple(restart.served(books.calls) for restart in self._restarts)
        tally = Tally.from_json(town["tally"])
        faults = (*self._faults, *books.faults, *unbooked(tally, books))
        return LoadReport(order.scenario, order.seed, "real", tally, books, effort, faults, restarts)


def _kill(one: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        one.kill()
    one.wait()
    if one.stdout is not None:
        one.stdout.close()
