"""Callbacks that callers ask for in the voice menu (R-294)."""

from kmcc.switch.call import Call
from kmcc.switch.voice.function import CallBackEnd, Handover


async def refuse_call_back(call: Call, handover: Handover, number: str) -> CallBackEnd:
    """Where nobody calls back: the caller hears that it cannot be promised."""
    call.note("callback.refused", service=handover.service, number=number)
    return CallBackEnd.REFUSED
