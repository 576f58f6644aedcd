"""What a transit call passes on beside speech: clear back and re-answer to the caller, an operator's keys both ways."""

from typing import Protocol

from kmcc.switch.circuit import TrunkCircuit
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Field
from kmcc.switch.leg import Leg


class Transit(Protocol):
    """The caller's side of the call: kmcc.switch.call.Call."""

    leg: Leg

    def note(self, kind: str, **fields: Field) -> None: ...


def pass_signals(call: Transit, called: Leg) -> None:
    """From now on, as long as both legs are up. Meter indications end here: they are on the record of their leg."""
    called.on_suspension = lambda is_suspended: _suspend(call, is_suspended=is_suspended)
    called.on_operator = lambda: _ring(call, call.leg)
    call.leg.on_operator = lambda: _ring(call, called)


def _suspend(call: Transit, *, is_suspended: bool) -> None:
    """The caller keeps the control."""
    call.note("call.suspended" if is_suspended else "call.resumed")
    circuit = _trunk(call.leg)
    if circuit is None:
        return
    if is_suspended:
        circuit.suspend()
    else:
        circuit.answer()


def _ring(call: Transit, to: Leg) -> None:
    """A circuit that has no such signal, or is not yet in a talk, ends it here."""
    circuit = _trunk(to)
    try:
        if circuit is not None:
            circuit.ring_operator()
    except SwitchError:
        circuit = None
    call.note("call.operator", onward=None if circuit is None else circuit.name)


def _trunk(leg: Leg) -> TrunkCircuit | None:
    """Its circuit while it is up and can carry such signals."""
    circuit = leg.circuit
    return circuit if isinstance(circuit, TrunkCircuit) and not leg.ended.done() else None
