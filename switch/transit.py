"""End-to-end transit (GB 3377-82): A2 sends the caller's register on to the next exchange, we keep the line signals.

The next exchange is seized first; when it listens A2 asks for the number from its first digit, and both circuits are
joined. From then on the register signals pass through: what refuses the call there is told to the caller's exchange
directly, and comes back to us as its clear forward.
"""

from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause, TrunkCircuit
from kmcc.switch.leg import Leg, Milestone


async def end_to_end(call: Call) -> None:
    """On by its route, as `ordinary`, but for the number: it does not stop here."""
    leg = call.place_end_to_end()
    try:
        await _reached(call, leg, leg.through)
        _send_on(call)
        await _reached(call, leg, call.leg.through)
        call.leg.alerting.set_result(None)  # of the called party we hear what the caller hears
        call.path.connect(leg.port)
        await _reached(call, leg, leg.answered)
        await call.answer()
        await call.until(leg.ended)
        cause = leg.ended.result()
    finally:
        call.close_leg(leg)
    await call.release(cause)


async def _reached(call: Call, leg: Leg, milestone: Milestone) -> None:
    """ConnectFailed when the next exchange ends it first."""
    await call.until(milestone, leg.ended)
    if not milestone.done():
        raise ConnectFailed(call.called, leg.ended.result())


def _send_on(call: Call) -> None:
    circuit = call.circuit
    if not isinstance(circuit, TrunkCircuit):
        raise ConnectFailed(call.called, Cause.SYSTEM_FAULT)
    circuit.send_on()
    call.note("call.sent_on", called=call.called)
