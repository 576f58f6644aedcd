"""Outgoing legs: by which trunk group a number leaves, the circuit that takes it, and the record it leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from kmcc.switch.call import ConnectFailed
from kmcc.switch.cdr import LegDirection
from kmcc.switch.circuit import (
    CallingParty,
    Cause,
    Circuit,
    IdleIndication,
    Indication,
    Listener,
    TrunkCircuit,
)
from kmcc.switch.clearing import Clearing
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.legbook import LegBook, LegEntry
from kmcc.switch.numbering import NumberPlans
from kmcc.switch.routes import Routes
from kmcc.switch.trunks import AllTrunksBusyError, Direction, TrunkGroup

log = structlog.get_logger()

Dial = Callable[[TrunkGroup, Circuit], None]

FreeCircuit = Callable[[TrunkGroup, Circuit, Indication], None]
"""Who hears a circuit that has no call."""


@dataclass(slots=True)
class _Outgoing:
    """Where the circuit of a leg came from, and the leg's page of the leg book."""

    group: TrunkGroup
    entry: LegEntry
    further: tuple[TrunkGroup, ...]  # of its route
    circuits: int = 1  # tried so far

    def count_answer(self, _: object) -> None:
        self.group.traffic.answered_out += 1


MOST_CIRCUITS: Final = 4  # tried for one call that meets double seizures


class OutgoingLegs:
    """Those of one call server."""

    def __init__(
        self,
        *,
        onward: NumberPlans,
        routes: Routes,
        book: LegBook,
        journal: Journal,
        clearing: Clearing,
        on_free_circuit: FreeCircuit,
    ) -> None:
        self._onward = onward
        self._routes = routes
        self._book = book
        self._journal = journal
        self._clearing = clearing
        self._on_free_circuit = on_free_circuit
        self._legs: dict[Leg, _Outgoing] = {}

    def route_for(self, number: str, origin: str) -> tuple[TrunkGroup, ...]:
        """By which groups, in turn, an ordinary call to this number leaves that came by the group `origin`."""
        route = self._onward.of(origin).route(number)
        return () if route is None else self._routes.of(route.name)

    def _charge_class(self, number: str, origin: str) -> str | None:
        route = self._onward.of(origin).route(number)
        return None if route is None else route.charge_class

    def entry_of(self, leg: Leg) -> LegEntry:
        return self._legs[leg].entry

    def seize(
        self, call_id: str, number: str, calling: CallingParty, origin: str, *, is_end_to_end: bool = False
    ) -> Leg:
        """Take a circuit and dial, or leave that to the caller's exchange.

        ConnectFailed when there is no route, no idle circuit, or it refuses the call.
        """
        route = self.route_for(number, origin)
        if not route:
            raise ConnectFailed(number, Cause.VACANT_NUMBER)
        taken = _first_idle(route)
        if taken is None:
            raise ConnectFailed(number, route[-1].when_busy)
        group, circuit = taken
        leg = Leg(circuit, then=self._hears(group, circuit))
        dial = _set_up_through if is_end_to_end else partial(_set_up, number, calling)
        leg.seize_again = partial(self._seize_again, leg, dial)
        entry = self._book.open(call_id, leg, LegDirection.OUT)
        entry.called, entry.calling, entry.charge_class = number, calling, self._charge_class(number, origin)
        leg.on_meter = entry.note_unit
        self._book.note(entry)
        placed = self._legs[leg] = _Outgoing(group, entry, route[route.index(group) + 1 :])
        leg.answered.add_done_callback(placed.count_answer)
        self._journal.write("call.placed", call=call_id, circuit=circuit.name, called=number)
        self._dial(leg, group, number, dial)
        return leg

    def _dial(self, leg: Leg, group: TrunkGroup, number: str, dial: Dial) -> None:
        try:
            dial(group, leg.circuit)
        except SwitchError as error:  # digits that the signalling cannot carry, or a circuit that is not what it seems
            log.error("circuit refused a call", circuit=leg.circuit.name, error=str(error))
            leg.hear(IdleIndication())  # it never left that state
            self.close(leg, Cause.SIGNALLING_FAILURE)
            raise ConnectFailed(number, Cause.SIGNALLING_FAILURE) from None

    async def settled(self, leg: Leg) -> None:
        """Returns when no double seizure can move the leg to another circuit any more."""
        if self._legs[leg].group.direction is Direction.BOTH:
            await first_of(leg.proceeding, leg.alerting, leg.ended)

    def _seize_again(self, leg: Leg, dial: Dial) -> bool:
        """Q.422: the call that met a double seizure is tried on another circuit."""
        placed = self._legs.get(leg)
        if placed is None or placed.circuits == MOST_CIRCUITS:
            return False
        taken = _first_idle((placed.group, *placed.further))
        if taken is None:
            return False
        group, circuit = taken
        placed.group.traffic.double_seizures += 1
        placed.circuits += 1
        self._give_back_when_idle(placed.group, leg.circuit)
        self._journal.write(
            "call.double_seizure", call=placed.entry.chain, circuit=leg.circuit.name, onward=circuit.name
        )
        placed.entry.circuit = circuit.name
        placed.group = group
        leg.move(circuit, self._hears(group, circuit))
        dial(group, circuit)
        return True

    def _give_back_when_idle(self, group: TrunkGroup, circuit: Circuit) -> None:
        def on_indication(indication: Indication) -> None:
            if indication == IdleIndication():
                circuit.attach(self._hears(group, circuit))
                group.release(circuit)

        circuit.attach(on_indication)

    def _hears(self, group: TrunkGroup, circuit: Circuit) -> Listener:
        return partial(self._on_free_circuit, group, circuit)

    def close(self, leg: Leg, cause: Cause) -> None:
        """Release what is left, write the record, and let the circuit clear."""
        leg.release(cause)
        self._book.close(self._legs[leg].entry, leg)
        self.clear(leg)

    def clear(self, leg: Leg) -> None:
        """Its record is written: the circuit clears."""
        self._clearing.take(leg, self._legs.pop(leg).group)


def _first_idle(route: Sequence[TrunkGroup]) -> tuple[TrunkGroup, Circuit] | None:
    """A circuit of the first group that has one, now reserved."""
    for group in route:
        try:
            return group, group.seize()
        except AllTrunksBusyError:
            continue
    return None


def _set_up(number: str, calling: CallingParty, group: TrunkGroup, circuit: Circuit) -> None:
    circuit.setup(*group.rules.outgoing(number, calling))


def _set_up_through(_: TrunkGroup, circuit: Circuit) -> None:
    if not isinstance(circuit, TrunkCircuit):
        raise SwitchError(f"{circuit.name}: no circuit to another exchange, it cannot carry a number end to end")
    circuit.setup_through()
