"""A switch on a simulated board: what a test of the switch floor needs, without configuration, store or business."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.clock import VirtualLoop
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.town import Town
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.admission import Admission
from kmcc.switch.calendar import Calendar
from kmcc.switch.call_recordings import RecordingParts
from kmcc.switch.callserver import CallServer
from kmcc.switch.cdr import Cdr
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import Circuit
from kmcc.switch.digit_rules import BorderRules
from kmcc.switch.disk_guard import DiskGuard, FreeOctets, free_octets
from kmcc.switch.flow import Flow
from kmcc.switch.frames import FrameClock
from kmcc.switch.fxs_circuit import FxsCircuit
from kmcc.switch.journal import Field
from kmcc.switch.legbook import LegBook
from kmcc.switch.media import Media
from kmcc.switch.numbering import NumberPlans, NumberRow
from kmcc.switch.overload import Overload, OverloadSettings
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import SeatKind, SeatProfile
from kmcc.switch.queue.settings import QueueSettings
from kmcc.switch.recording_entry import RecordingEntry
from kmcc.switch.recording_rules import RecordingRules
from kmcc.switch.seats.desk import SeatDesk, SeatPlace
from kmcc.switch.seats.parts import DeskSettings
from kmcc.switch.seats.phone import Answering
from kmcc.switch.treatment import Treatments
from kmcc.switch.trunks import Direction, Search, TrunkGroup

START: Final = datetime(2000, 5, 22, 9, 0, tzinfo=UTC)
FLOOR_OCTETS: Final = 1_000_000  # free space that recordings leave to others
SETTLE_S: Final = 0.2  # both ends have seen each other idle


@dataclass(frozen=True, slots=True)
class Noted:
    """One journal entry; `at_s` is virtual time."""

    at_s: float
    kind: str
    fields: Mapping[str, Field]


class MemoryJournal:
    """A journal that a test can read."""

    def __init__(self) -> None:
        self.entries: list[Noted] = []

    def write(self, kind: str, /, **fields: Field) -> None:
        self.entries.append(Noted(asyncio.get_running_loop().time(), kind, fields))

    def of(self, kind: str, **wanted: Field) -> list[Noted]:
        """Entries of this kind with these fields."""
        found = (entry for entry in self.entries if entry.kind == kind)
        return [entry for entry in found if all(entry.fields.get(name) == value for name, value in wanted.items())]


class Records(list[Cdr]):
    """A CdrSink that keeps what it gets."""

    def write(self, cdr: Cdr) -> None:
        self.append(cdr)


class Index(list[RecordingEntry]):
    """A RecordingIndex that keeps what it gets."""

    def add(self, entry: RecordingEntry) -> None:
        self.append(entry)


@dataclass(frozen=True, slots=True)
class Plant:
    """What stands in the exchange room; the far exchange has the same `profile`.

    `numbers` lead to a flow by its name, or by a group to the far exchange.
    """

    numbers: tuple[NumberRow, ...] = (NumberRow("1000", 4, 4, "desk", "free"), NumberRow("3", 7, 7, "out", "local"))
    in_channels: range = range(1, 21)
    out_channels: range = range(21, 31)
    second_channels: range = range(0)  # of a second group to the far exchange, "second"
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_two_way: bool = False
    seats: int = 0
    queue: QueueSettings = field(default_factory=QueueSettings)
    desk: DeskSettings = field(default_factory=DeskSettings)
    answering: Mapping[str, Answering] = field(default_factory=dict)
    profile: Profile = LOCAL
    overload: OverloadSettings = field(default_factory=OverloadSettings)
    emergency: tuple[str, ...] = ()
    treatments: Treatments = field(default_factory=Treatments)
    borders: Mapping[str, BorderRules] = field(default_factory=dict)  # by group
    rules: RecordingRules = field(default_factory=RecordingRules)
    free_octets: FreeOctets = free_octets


class Rig:
    """One switch, and the town at the far ends of its lines."""

    def __init__(self, plant: Plant, board: SimulatedBoard, town: Town, recordings: Path) -> None:
        self.town = town
        self.board = board
        self.engine = Engine(spans=1, lines=plant.seats)
        board.bind(self.engine)
        self.media = Media(self.engine)
        self.frames = FrameClock(board, self.media)
        self.journal = MemoryJournal()
        self.records = Records()
        self.calendar = Calendar(START, asyncio.get_running_loop().time)
        self.plans = NumberPlans(plant.numbers)
        self.admission = Admission(Overload(plant.overload), self.journal, emergency=plant.emergency)
        channels = {"in": plant.in_channels, "out": plant.out_channels, "second": plant.second_channels}
        self.groups = {name: self._group(name, wanted, plant) for name, wanted in channels.items() if wanted}
        self.routes = plant.routes
        self.phones = {str(801 + n): self._phone(n) for n in range(plant.seats)}
        places = [self._place(seat, circuit, plant) for seat, circuit in self.phones.items()]
        machine = QueueMachine(plant.queue)
        self.seats = SeatDesk(machine, places, self.journal, self.media, town.prompts, settings=plant.desk)
        self.recordings = recordings
        self.index = Index()
        self.guard = DiskGuard(recordings, FLOOR_OCTETS, self.journal, plant.free_octets)
        self._rules = plant.rules
        self._treatments = plant.treatments
        self.calls: CallServer

    def open(self, flows: Mapping[str, Flow]) -> None:
        """Trunks into service, every seat signed in for every service."""
        self.calls = CallServer(
            media=self.media,
            prompts=self.town.prompts,
            journal=self.journal,
            plans=self.plans,
            onward=self.plans,
            groups=self.groups,
            routes=self.routes,
            flows=flows,
            seats=self.seats,
            book=LegBook(self.calendar, self.journal, self.records),
            recordings=RecordingParts(self.recordings, self._rules, self.guard, self.index),
            admission=self.admission,
            treatments=self._treatments,
        )
        self.calls.start()
        self.seats.start(self.calls)
        for seat in self.phones:
            self.seats.sign_in(seat)

    def caller(self, number: str | None = "3190001", *, channels: Sequence[int] = range(1, 21)) -> Caller:
        """A subscriber of the far exchange lifts the receiver."""
        return self.town.exchange.caller(number, channels=channels)

    def _group(self, name: str, channels: range, plant: Plant) -> TrunkGroup:
        use = Use.BOTH if plant.is_two_way else Use.INCOMING if name == "in" else Use.OUTGOING
        plan, rules = self.plans.of(name), plant.borders.get(name, BorderRules())
        circuits = [
            China1Circuit(
                f"{name}/{channel}",
                self.engine.port(0, channel),
                self.media,
                plant.profile,
                use=use,
                analyse=self.admission.over(rules.over(plant.treatments.over(plan.analyse)), f"{name}/{channel}", name),
                treat=rules.over_treat(plan.treat),
                journal=self.journal,
            )
            for channel in channels
        ]
        return TrunkGroup(name, circuits, Direction(use.value), Search.LOWEST, rules)

    def _place(self, seat: str, circuit: Circuit, plant: Plant) -> SeatPlace:
        profile = SeatProfile(seat, SeatKind.INTEGRATED, {"desk": 1}, languages=("zh", "en"))
        return SeatPlace(profile, circuit, plant.answering.get(seat, Answering.LIFT))

    def _phone(self, n: int) -> FxsCircuit:
        return FxsCircuit(f"seat/{801 + n}", self.engine.line(n), self.media, self.journal)


@asynccontextmanager
async def switch_on_sim(
    recordings: Path,
    prompts: PromptSet,
    flows: Mapping[str, Flow] = MappingProxyType({}),
    *,
    plant: Plant | None = None,
    subscribers: Sequence[Subscriber] = (),
    manners: Mapping[int, Manner] = MappingProxyType({}),
) -> AsyncIterator[Rig]:
    """The rig in service; leaving closes its calls. Needs virtual time."""
    loop = VirtualLoop.running()
    plant = Plant() if plant is None else plant
    town = Town(prompts, subscribers, manners, plant.profile)
    with SimulatedBoard(town.settle, lines=plant.seats) as board:
        rig = Rig(plant, board, town, recordings)
        with loop.moved_by(rig.frames):
            try:
                rig.open(flows)
                await asyncio.sleep(SETTLE_S)
                yield rig
            finally:
                await rig.calls.close()
                rig.seats.close()
                await town.leave()
