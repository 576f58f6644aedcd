"""A switch at work in real time with 1,500 seats and 1,000 callers who wait: everything of it but the copper.

Media thread, engine, call server, recordings, seats' desk, queue machine and event log are the switch's own. Circuits
and seats' telephones are simulated where the switch meets them, at `kmcc.switch.circuit.Circuit`: a telephone that is
put down tells so at its time, by the loop's clock, so that a loop that is late pays for it.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from kmcc.daemon.garbage import collect_garbage
from kmcc.daemon.journal import HouseJournal
from kmcc.dsp.engine import Engine
from kmcc.dsp.pacer import Pacer
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.store.event_log import EventLog
from kmcc.switch.admission import Admission
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.call_recordings import RecordingParts
from kmcc.switch.callserver import CallServer
from kmcc.switch.cdr import Cdr
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    Indication,
    Listener,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.legbook import LegBook
from kmcc.switch.media import Media
from kmcc.switch.media_thread import MediaThread
from kmcc.switch.numbering import NumberPlans, NumberRow
from kmcc.switch.overload import Overload, OverloadSettings
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.settings import QueueSettings
from kmcc.switch.seats.desk import SeatDesk, SeatPlace
from kmcc.switch.treatment import Treatments
from kmcc.switch.trunks import Direction, Search, TrunkGroup

LINES: Final = 4_096
CALLS_A_S: Final = 45.0
ANSWERS_S: Final = (0.5, 1.5)
CALLERS_A_S: Final = 150  # at the start
GAP_S: Final = 0.2  # from one call of a line to its next
PRIORITY: Final = 40


class OtherWork:
    """How long this thread stood ready while others had the processor, since the loop last went to sleep."""

    def __init__(self) -> None:
        self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self._before_s = self._taken_s()
        loop: Any = asyncio.get_running_loop()
        select = loop._selector.select

        def noting(timeout: float | None) -> Any:
            self._before_s = self._taken_s()
            return select(timeout)

        loop._selector.select = noting

    def __call__(self) -> float:
        return self._taken_s() - self._before_s

    def _taken_s(self) -> float:
        return int(os.pread(self._file, 100, 0).split()[1]) / 1e9


@dataclass(frozen=True, slots=True)
class Delay:
    """From put down to the next ring; `own_s` without the time for which other processes had the processor."""

    wall_s: float
    own_s: float


class Line:
    """One circuit: what the far side does is told by its owner."""

    rings_silently = False

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.port = port
        self.state = CircuitState.IDLE
        self.tell: Listener = lambda _: None
        self.on_setup: Callable[[], None] = lambda: None
        self.on_release: Callable[[], None] = lambda: None

    def attach(self, listener: Listener) -> None:
        self.tell = listener

    def start(self) -> None:
        """Its far side is there."""

    def setup(self, _called: str, _calling: CallingParty) -> None:
        self.state = CircuitState.BUSY
        self.on_setup()

    def alert(self) -> None:
        self._soon(ThroughIndication())

    def answer(self) -> None:
        self._soon(AnswerIndication())

    def release(self, _cause: Cause) -> None:
        self.on_release()

    def idle(self) -> None:
        self.state = CircuitState.IDLE
        self.tell(IdleIndication())

    def _soon(self, indication: Indication) -> None:
        asyncio.get_running_loop().call_soon(lambda: self.tell(indication))


class Telephone:
    """A seat's: lifted after a while, put down when the talk is over."""

    def __init__(
        self, line: Line, chance: Random, delays: list[Delay], *, talk_s: float, wrap_up_s: float, other_work: OtherWork
    ) -> None:
        self._line = line
        self._chance = chance
        self._talk_s = talk_s
        self._wrap_up_s = wrap_up_s
        self._delays = delays
        self._other_work = other_work
        self._free_at_s: float | None = None
        self._plan: asyncio.TimerHandle | None = None
        line.on_setup = self._rings
        line.on_release = self._released

    def _rings(self) -> None:
        loop = asyncio.get_running_loop()
        if self._free_at_s is not None:
            wall_s = loop.time() - self._free_at_s
            self._delays.append(Delay(wall_s, max(0.0, wall_s - self._other_work())))
            self._free_at_s = None
        loop.call_soon(lambda: self._line.tell(AlertingIndication()))
        self._plan = loop.call_later(self._chance.uniform(*ANSWERS_S), self._lifts)

    def _lifts(self) -> None:
        self._line.tell(AnswerIndication())
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self._chance.expovariate(1 / self._talk_s)
        self._plan = loop.call_at(end_s, self._puts_down, end_s)

    def _puts_down(self, at_s: float) -> None:
        if self._wrap_up_s:  # it begins when the switch hears of it
            at_s = asyncio.get_running_loop().time()
        self._free_at_s = at_s + self._wrap_up_s
        self._line.state = CircuitState.IDLE
        self._line.tell(ReleaseIndication(Cause.CALLED_HUNG_UP))
        self._line.tell(IdleIndication())

    def _released(self) -> None:
        """The switch was first: the agent puts down, too."""
        if self._plan is not None:
            self._plan.cancel()
        asyncio.get_running_loop().call_later(0.3, self._line.idle)


class Records(list[Cdr]):
    """A CdrSink."""

    def write(self, cdr: Cdr) -> None:
        self.append(cdr)


class BusySwitch:
    """`async with BusySwitch(...)`: from the first caller on; `delays` is what is measured."""

    def __init__(self, folder: Path, *, seats: int, waiting: int, wrap_up_s: float, seed: int = 1) -> None:
        self.delays: list[Delay] = []
        self._noted: list[Delay] = []
        other_work = OtherWork()
        self._callers = seats + waiting
        loop = asyncio.get_running_loop()
        self._engine = Engine(spans=0, lines=LINES)
        self.board = SimulatedBoard(lambda _: None, spans=0, lines=LINES)
        self.media = Media(self._engine)
        calendar = Calendar(datetime(2000, 5, 22, 9, tzinfo=UTC), loop.time)
        self.events = EventLog(folder / "events.jsonl", calendar)
        self.journal = HouseJournal(self.events)
        talk_s = seats / CALLS_A_S - sum(ANSWERS_S) / 2 - wrap_up_s
        phones = [Line(f"seat/{n}", self._engine.line(n)) for n in range(seats)]
        for line in phones:
            Telephone(
                line,
                Random(f"{seed}/{line.name}"),
                self._noted,
                talk_s=talk_s,
                wrap_up_s=wrap_up_s,
                other_work=other_work,
            )
        self.lines = [Line(f"in/{n}", self._engine.line(seats + n)) for n in range(self._callers)]
        prompts = PromptSet.load(None)
        settings = QueueSettings(wrap_up_ms=round(wrap_up_s * 1000))
        places = [SeatPlace(_profile(n), line) for n, line in enumerate(phones)]
        self.machine = QueueMachine(settings)
        self.desk = SeatDesk(self.machine, places, self.journal, self.media, prompts)
        plans = NumberPlans((NumberRow("1000", 4, 4, "desk", "free"),))
        self.calls = CallServer(
            media=self.media,
            prompts=prompts,
            journal=self.journal,
            plans=plans,
            onward=plans,
            groups={"in": TrunkGroup("in", self.lines, Direction.IN, Search.LONGEST_IDLE)},
            treatments=Treatments(),
            flows={"desk": _flow},
            seats=self.desk,
            book=LegBook(calendar, self.journal, Records()),
            recordings=RecordingParts.plain(folder, self.journal),
            admission=Admission(Overload(OverloadSettings()), self.journal, emergency=()),
        )

    async def run(self, length_s: float) -> None:
        """Fill the house, then look for so long."""
        async with AsyncExitStack() as parts:
            parts.enter_context(self.board)
            self.board.bind(self._engine)
            thread = MediaThread(Pacer(self.board.rack, priority=PRIORITY), self.media, self.board.deliver)
            loop = asyncio.get_running_loop()
            moving = loop.create_task(thread.run())
            parts.callback(moving.cancel)
            parts.callback(loop.create_task(collect_garbage(lambda: len(self.calls.calls))).cancel)
            parts.callback(self.journal.close)
            parts.push_async_callback(self.calls.close)
            self.calls.start()
            self.desk.start(self.calls)
            for n in range(len(self.desk.positions)):
                self.desk.sign_in(_name(n))
            for line in self.lines:
                line.on_release = partial(self._next_call, line)
                self._call(line)
                await asyncio.sleep(1 / CALLERS_A_S)
            self._noted.clear()
            await asyncio.sleep(length_s)
            self.delays = list(self._noted)
            self.waiting = len(self.machine.waiting())
            if moving.done():
                moving.result()
            for line in self.lines:
                line.on_release = line.idle

    def _next_call(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(line.idle)
        loop.call_later(GAP_S, self._call, line)

    @staticmethod
    def _call(line: Line) -> None:
        line.state = CircuitState.BUSY
        line.tell(SeizureIndication())
        line.tell(SetupIndication("1000", CallingParty(f"319{line.port:04}")))


async def _flow(call: Call) -> None:
    await call.answer()
    await call.queue("general")


def _name(number: int) -> str:
    return f"{number:04}"


def _profile(number: int) -> SeatProfile:
    return SeatProfile(_name(number), SeatKind.PROFESSIONAL, {"general": 1 + number % 3}, ("zh",))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
