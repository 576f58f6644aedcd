"""The call server: turns seizures into calls, runs their flows, places outgoing legs, closes everything with a CDR."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from kmcc.switch.admission import Admission
from kmcc.switch.announce import Language
from kmcc.switch.call import OWN, Call, ConnectFailed
from kmcc.switch.call_ids import CallIds
from kmcc.switch.call_recordings import CallRecordings, RecordingParts
from kmcc.switch.cdr import LegDirection
from kmcc.switch.circuit import (
    BlockingIndication,
    CallingParty,
    Cause,
    Circuit,
    Indication,
    SeizureIndication,
)
from kmcc.switch.clearing import Clearing
from kmcc.switch.destinations import Destinations
from kmcc.switch.flow import Flow, report_crash, run_flow
from kmcc.switch.journal import Journal
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.legbook import LegBook, LegEntry
from kmcc.switch.media import Media
from kmcc.switch.numbering import NumberPlans
from kmcc.switch.outgoing_legs import OutgoingLegs
from kmcc.switch.overload import Priority
from kmcc.switch.prompts import PromptSet
from kmcc.switch.routes import Routes
from kmcc.switch.seats.order import Order
from kmcc.switch.speech_path import SpeechPath
from kmcc.switch.treatment import Treatments
from kmcc.switch.trunks import TrunkGroup

T = TypeVar("T")

SHUTDOWN_LIMIT_S = 2.0


class Seats(Protocol):
    """Who serves callers that want a person: kmcc.switch.seats.SeatDesk."""

    async def serve(self, call: Call, order: Order) -> None: ...


class CallServer:
    """All calls of one switch.

    `plans` say where a call that arrives leads: to a service of ours (a name in `flows`) or on to a trunk group.
    `onward` says by which route an ordinary call to a number leaves; a number may be in both. A route is a trunk group,
    or in `routes` the names of several that are tried in turn.
    """

    def __init__(
        self,
        *,
        media: Media,
        prompts: PromptSet,
        journal: Journal,
        plans: NumberPlans,
        onward: NumberPlans,
        groups: Mapping[str, TrunkGroup],
        routes: Mapping[str, Sequence[str]] = MappingProxyType({}),
        flows: Mapping[str, Flow],
        seats: Seats,
        book: LegBook,
        recordings: RecordingParts,
        admission: Admission,
        treatments: Treatments,
        language: Language = Language.ZH,
    ) -> None:
        self.media = media
        self.prompts = prompts
        self.journal = journal
        self._destinations = Destinations(plans, flows, treatments)
        self.groups = groups
        self.calls: dict[str, Call] = {}
        self._seats = seats
        self._book = book
        self.recordings = CallRecordings(recordings, journal, book.calendar)
        self.admission = admission
        self._language = language
        self._ids = CallIds(book.start, recordings.folder)
        self._clearing = Clearing()
        self._outgoing = OutgoingLegs(
            onward=onward,
            routes=Routes(groups, routes),
            book=book,
            journal=journal,
            clearing=self._clearing,
            on_free_circuit=self._on_free_circuit,
        )
        self._legs: dict[Leg, None] = {}  # in their order, so that the same morning ends in the same way
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._is_closing = self._is_closed = False

    def start(self) -> None:
        """Take the trunks into service."""
        for group in self.groups.values():
            for circuit in group.circuits:
                circuit.attach(partial(self._on_free_circuit, group, circuit))
                circuit.start()

    async def close(self) -> None:
        """End all calls, write their records; nothing is taken or placed any more."""
        self._is_closing = True
        for leg in tuple(self._legs):
            leg.release(Cause.SHUTDOWN)
        loop = asyncio.get_running_loop()
        end_s = loop.time() + SHUTDOWN_LIMIT_S
        while self._unfinished and loop.time() < end_s:
            await asyncio.wait(self._unfinished, timeout=end_s - loop.time())
        for task in tuple(self._tasks):  # a flow that hangs; a circuit whose far end does not clear has its record
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=SHUTDOWN_LIMIT_S)
        self._is_closed = True  # whoever seizes now finds nobody: the books are closed

    @property
    def _unfinished(self) -> tuple[asyncio.Future[Any], ...]:
        """Flows, and circuits on which the far end has still to clear."""
        return (*self._tasks, *self._clearing.idle)

    # --- incoming calls -------------------------------------------------------------------------------------------

    def _on_free_circuit(self, group: TrunkGroup, circuit: Circuit, indication: Indication) -> None:
        match indication:
            case SeizureIndication() if not self._is_closed:
                self._take(group, circuit)
            case BlockingIndication(blocked):
                group.note_blocking(circuit, self.journal, is_blocked=blocked)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._tasks.pop)
        return task

    def _take(self, group: TrunkGroup, circuit: Circuit) -> None:
        """One seizure, from the first bit on."""
        call_id, leg = next(self._ids), Leg(circuit, then=partial(self._on_free_circuit, group, circuit))
        leg.on_suspension = partial(self._note_suspension, call_id)
        group.traffic.take(leg.answered)
        self.journal.write("call.seized", call=call_id, circuit=circuit.name)
        entry = self._book.open(call_id, leg, LegDirection.IN)
        path = self._open_path(call_id, leg, entry, group.name)
        if self._is_closing:
            self._close_leg(call_id, leg, path, entry)
            self._clearing.take(leg, group)
        else:
            self._spawn(self._attend(call_id, group, leg, path, entry)).add_done_callback(report_crash)

    def _note_suspension(self, call_id: str, is_suspended: bool) -> None:
        """The caller of a call that its called party controls has hung up, or lifted again: the call goes on."""
        self.journal.write("call.suspended" if is_suspended else "call.resumed", call=call_id)

    async def _attend(self, call_id: str, group: TrunkGroup, leg: Leg, path: SpeechPath, entry: LegEntry) -> None:
        """The call of a seizure. Whatever becomes of it, it leaves one record and a circuit that clears."""
        try:
            await first_of(leg.setup, leg.ended)
            if leg.setup.done():
                setup = leg.setup.result()
                entry.called, entry.calling = group.rules.incoming(setup.called, setup.calling)
                await self._run(call_id, group, leg, path, entry)
            elif leg.incomplete is not None:
                entry.called, entry.calling = leg.incomplete.called, leg.incomplete.calling
        finally:
            self.admission.ended(leg.circuit.name)
            self._close_leg(call_id, leg, path, entry)
            self._clearing.take(leg, group)

    async def _run(self, call_id: str, group: TrunkGroup, leg: Leg, path: SpeechPath, entry: LegEntry) -> None:
        called, calling, language = entry.called, entry.calling, self._language
        call = Call(call_id, leg, path, self, called=called, calling=calling, language=language, group=group.name)
        setup = leg.setup.result()
        to = self._destinations.of(called, group.name, is_end_to_end=setup.is_end_to_end)
        call.service = entry.service = to.service
        entry.charge_class = to.charge_class
        self.recordings.decide(call_id, to.service, None)
        self._book.note(entry)
        call.note("call.offered", called=called, calling=calling.number, ka=calling.category, **to.facts)
        try:
            await self._run_flow(call, to.flow)
        finally:
            entry.service, entry.seat, entry.waiting_ms = call.service, call.seat, call.waiting_ms

    async def _run_flow(self, call: Call, flow: Flow) -> None:
        self.calls[call.id] = call
        try:
            await run_flow(call, flow, lambda: self._own_cause)
        finally:
            del self.calls[call.id]

    # --- outgoing calls -------------------------------------------------------------------------------------------

    async def dial(
        self,
        number: str,
        calling: CallingParty,
        flow: Flow,
        *,
        priority: Priority = Priority.CAMPAIGN,
        continues: str | None = None,
    ) -> Call:
        """Place a call of our own and run `flow` on it from the start; returns it when it is over.

        `continues`: the call that promised it. ConnectFailed when there is no route, no idle circuit, or no room for a
        call of this priority. The flow sees `leg.alerting` and `leg.answered`.
        """
        if not self.admission.place(priority):
            raise ConnectFailed(number, Cause.CONGESTION)
        try:
            call_id = next(self._ids)
            leg = self._seize(call_id, number, calling, OWN)
            self._outgoing.entry_of(leg).continues = continues
            return await self._spawn(self._speak(call_id, leg, flow))
        finally:
            self.admission.placed_ended()

    async def _speak(self, call_id: str, leg: Leg, flow: Flow) -> Call:
        try:
            await self._outgoing.settled(leg)
        except asyncio.CancelledError:
            self._legs.pop(leg, None)
            self._outgoing.close(leg, self._own_cause)
            raise
        entry = self._outgoing.entry_of(leg)
        path = self._open_path(call_id, leg, entry, OWN)
        call = Call(call_id, leg, path, self, called=entry.called, calling=entry.calling, language=self._language)
        try:
            await self._run_flow(call, flow)
        finally:
            entry.service = call.service
            self._close_leg(call.id, leg, path, entry)
            self._outgoing.clear(leg)
        return call

    def place(self, call: Call, number: str, *, is_end_to_end: bool = False) -> Leg:
        """Start an outgoing leg for this call. ConnectFailed when there is no route or no idle circuit."""
        return self._seize(call.id, number, call.calling, call.group, is_end_to_end=is_end_to_end)

    def close_leg(self, call: Call, leg: Leg) -> None:
        """The outgoing leg of this call is over: release what is left and write its CDR."""
        self._legs.pop(leg, None)
        self._outgoing.close(leg, call.leg.ended.result() if call.leg.ended.done() else self._own_cause)

    def _seize(
        self, call_id: str, number: str, calling: CallingParty, origin: str, *, is_end_to_end: bool = False
    ) -> Leg:
        if self._is_closing:
            raise ConnectFailed(number, Cause.SHUTDOWN)
        leg = self._outgoing.seize(call_id, number, calling, origin, is_end_to_end=is_end_to_end)
        self._legs[leg] = None
        return leg

    def has_ordinary_route(self, call: Call) -> bool:
        """Whether it can go on from here as an ordinary call."""
        return bool(self._outgoing.route_for(call.called, call.group))

    def message_file(self, call: Call) -> Path:
        """Where the next message left in this call goes."""
        return self.recordings.message_file(call.id)

    def seat_has_joined(self, call: Call) -> None:
        """Who talks with the caller may decide whether it is recorded."""
        self.recordings.decide(call.id, call.service, call.seat)

    async def queue(self, call: Call, order: Order) -> None:
        await self._seats.serve(call, order)

    # --- both -------------------------------------------------------------------------------------------------------

    @property
    def _own_cause(self) -> Cause:
        """Why we end a call that nobody hung up."""
        return Cause.SHUTDOWN if self._is_closing else Cause.NORMAL

    def _open_path(self, call_id: str, leg: Leg, entry: LegEntry, group: str) -> SpeechPath:
        self._legs[leg] = None
        path = SpeechPath(self.media, leg.port)
        self.recordings.open(call_id, path, entry, group)
        return path

    def _close_leg(self, call_id: str, leg: Leg, path: SpeechPath, entry: LegEntry) -> None:
        """The caller's side is over: port silent, recording closed, record written."""
        leg.release(self._own_cause)  # harmless when it has ended, as it should have
        self._legs.pop(leg, None)
        try:
            self.recordings.close(call_id)
            path.close()
        finally:  # the record first of all, should the engine take no more commands
            self.journal.write("call.released", call=call_id, cause=leg.ended.result().words)
            self._book.close(entry, leg)
            self._book.forget(call_id)
