"""The call server: turns seizures into calls, runs their flows, places outgoing legs, closes everything with a CDR."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from kmcc.errors import KmccError
from kmcc.switch.call import Call, CallEnded, ConnectFailed
from kmcc.switch.cdr import LegDirection
from kmcc.switch.circuit import (
    BlockingIndication,
    CallingParty,
    Cause,
    Circuit,
    Indication,
    SeizureIndication,
)
from kmcc.switch.journal import Journal
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.legbook import LegBook, LegEntry
from kmcc.switch.media import Media
from kmcc.switch.numbering import NumberPlan
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath
from kmcc.switch.trunks import AllTrunksBusyError, TrunkGroup

log = structlog.get_logger()

Flow = Callable[[Call], Awaitable[None]]
SHUTDOWN_LIMIT_S = 2.0


class Seats(Protocol):
    """Who serves callers that want a person: kmcc.switch.seats.SeatDesk."""

    async def serve(self, call: Call, service: str | None, grade: int) -> None: ...


@dataclass(slots=True)
class _Outgoing:
    """An outgoing leg of a call: where its circuit came from, and its page of the leg book."""

    group: TrunkGroup
    entry: LegEntry


class CallServer:
    """All calls of one switch.

    `plan` says where a call that arrives leads: to a service of ours (a name in `flows`) or on to a trunk group.
    `onward` says by which trunk group an ordinary call to a number leaves; a number may be in both.
    """

    def __init__(
        self,
        *,
        media: Media,
        prompts: PromptSet,
        journal: Journal,
        plan: NumberPlan,
        onward: NumberPlan,
        groups: Mapping[str, TrunkGroup],
        flows: Mapping[str, Flow],
        seats: Seats,
        book: LegBook,
        recordings: Path,
    ) -> None:
        self.media = media
        self.prompts = prompts
        self.journal = journal
        self.plan = plan
        self.onward = onward
        self.groups = groups
        self.calls: dict[str, Call] = {}
        self._flows = flows
        self._seats = seats
        self._book = book
        self._recordings = recordings
        self._series = f"{book.start:%y%m%d%H%M%S}"
        self._serial = 0
        self._outgoing: dict[Leg, _Outgoing] = {}
        self._legs: set[Leg] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

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
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=SHUTDOWN_LIMIT_S)
        for task in tuple(self._tasks):  # a far end that does not clear: its record is written already
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- incoming calls -------------------------------------------------------------------------------------------

    def _on_free_circuit(self, group: TrunkGroup, circuit: Circuit, indication: Indication) -> None:
        match indication:
            case SeizureIndication():
                self._spawn(self._take(group, circuit, Leg(circuit)))
            case BlockingIndication(blocked):
                self.journal.write("circuit.blocked" if blocked else "circuit.unblocked", circuit=circuit.name)

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _take(self, group: TrunkGroup, circuit: Circuit, leg: Leg) -> None:
        """One seizure, from the first bit to the idle circuit."""
        call_id = self._next_id()
        self.journal.write("call.seized", call=call_id, circuit=circuit.name)
        entry = self._book.open(call_id, leg, LegDirection.IN)
        path = self._open_path(call_id, leg, entry)
        if self._is_closing:
            leg.release(Cause.SHUTDOWN)
        await first_of(leg.setup, leg.ended)
        if leg.setup.done():
            setup = leg.setup.result()
            entry.called, entry.calling = setup.called, setup.calling
            await self._run(call_id, leg, path, entry)
        self._close_leg(call_id, leg, path, entry)
        await self._return(group, circuit, leg)

    async def _run(self, call_id: str, leg: Leg, path: SpeechPath, entry: LegEntry) -> None:
        call = Call(call_id, leg, path, self, called=entry.called, calling=entry.calling)
        route = self.plan.route(call.called)
        service = route.name if route is not None and route.name in self._flows else None
        call.service = entry.service = service
        call.note(
            "call.offered", called=call.called, calling=call.calling.number, ka=call.calling.category, service=service
        )
        flow = self._flows[service] if service is not None else _ordinary
        await self._run_flow(call, flow)
        entry.service, entry.seat, entry.waiting_ms = call.service, call.seat, call.waiting_ms

    async def _run_flow(self, call: Call, flow: Flow) -> None:
        """Run the flow to its end; whatever it does, the call is over afterwards."""
        self.calls[call.id] = call
        try:
            await flow(call)
            call.end(Cause.NORMAL)
        except CallEnded:
            pass
        except KmccError as error:
            log.error("flow failed", call=call.id, error=str(error))
            call.note("call.failed", what=type(error).__name__)
            call.end(Cause.SYSTEM_FAULT)
        finally:
            call.end(Cause.SYSTEM_FAULT)  # harmless after any of the above; a bug in a flow frees the circuit
            del self.calls[call.id]

    # --- outgoing calls -------------------------------------------------------------------------------------------

    async def dial(self, number: str, calling: CallingParty, flow: Flow) -> Call:
        """Place a call of our own (autodial) and run `flow` on it from the start; returns it when it is over.

        ConnectFailed when there is no route or no idle circuit. The flow sees `leg.alerting` and `leg.answered`.
        """
        call_id = self._next_id()
        leg = self._seize(call_id, number, calling)
        outgoing = self._outgoing[leg]
        path = self._open_path(call_id, leg, outgoing.entry)
        call = Call(call_id, leg, path, self, called=number, calling=calling)
        try:
            await self._run_flow(call, flow)
        finally:
            outgoing.entry.service = call.service
            self._close_leg(call_id, leg, path, outgoing.entry)
            self._give_back(leg)
        return call

    def place(self, call: Call, number: str) -> Leg:
        """Start an outgoing leg for this call. ConnectFailed when there is no route or no idle circuit."""
        return self._seize(call.id, number, call.calling)

    def _seize(self, call_id: str, number: str, calling: CallingParty) -> Leg:
        route = self.onward.route(number)
        group = None if route is None else self.groups.get(route.name)
        if group is None:
            raise ConnectFailed(number, Cause.VACANT_NUMBER)
        if self._is_closing:
            raise ConnectFailed(number, Cause.SHUTDOWN)
        try:
            circuit = group.seize()
        except AllTrunksBusyError:
            raise ConnectFailed(number, Cause.CONGESTION) from None
        leg = Leg(circuit)
        entry = self._book.open(call_id, leg, LegDirection.OUT)
        entry.called, entry.calling = number, calling
        self._outgoing[leg] = _Outgoing(group, entry)
        self._legs.add(leg)
        self.journal.write("call.placed", call=call_id, circuit=circuit.name, called=number)
        circuit.setup(number, calling)
        return leg

    def close_leg(self, call: Call, leg: Leg) -> None:
        """The outgoing leg of this call is over: release what is left and write its CDR."""
        leg.release(Cause.NORMAL)
        self._legs.discard(leg)
        self._book.close(self._outgoing[leg].entry, leg)
        self._give_back(leg)

    def _give_back(self, leg: Leg) -> None:
        outgoing = self._outgoing.pop(leg)
        self._spawn(self._return(outgoing.group, leg.circuit, leg))

    def ordinary_route(self, number: str) -> bool:
        """Whether an ordinary call to this number can go on from here."""
        route = self.onward.route(number)
        return route is not None and route.name in self.groups

    async def queue(self, call: Call, service: str | None, grade: int) -> None:
        await self._seats.serve(call, service, grade)

    # --- both -------------------------------------------------------------------------------------------------------

    def _next_id(self) -> str:
        """Unique also after a restart, and in order of time."""
        self._serial += 1
        return f"{self._series}-{self._serial:05d}"

    def _open_path(self, call_id: str, leg: Leg, entry: LegEntry) -> SpeechPath:
        self._legs.add(leg)
        path = SpeechPath(self.media, leg.port)
        entry.recording = self._recordings / f"{call_id}.wav"
        path.start_recording(entry.recording)
        return path

    def _close_leg(self, call_id: str, leg: Leg, path: SpeechPath, entry: LegEntry) -> None:
        """The caller's side is over: port silent, recording closed, record written."""
        self._legs.discard(leg)
        path.close()
        self.journal.write("call.released", call=call_id, cause=leg.ended.result().words)
        self._book.close(entry, leg)
        self._book.forget(call_id)

    async def _return(self, group: TrunkGroup, circuit: Circuit, leg: Leg) -> None:
        """Wait for the far end's release guard, then the circuit is free for the next call."""
        await asyncio.wait((leg.idle,))
        circuit.attach(partial(self._on_free_circuit, group, circuit))
        group.release(circuit)


async def _ordinary(call: Call) -> None:
    """A call that no service of ours takes: on by its route, and it ends as the other side ends."""
    try:
        await call.proceed()
    except ConnectFailed as failed:
        await call.release(failed.cause)
