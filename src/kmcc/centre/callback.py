"""Callbacks that callers ask for in the voice menu (R-294)."""

from collections.abc import Mapping
from typing import Protocol

from kmcc.switch.call import Call
from kmcc.switch.queue.errors import QueueError
from kmcc.switch.voice.function import CallBackEnd, Handover


class CallsBack(Protocol):
    """Who keeps the promise: kmcc.switch.seats.desk.SeatDesk."""

    def promise(
        self, call: Call, service: str | None, number: str, *, grade: int = ..., form: Mapping[str, str] = ...
    ) -> None: ...


async def promise_call_back(call: Call, handover: Handover, number: str, *, desk: CallsBack) -> CallBackEnd:
    """He has his place in the line, or one from now on when he has not waited; refused when the number has one."""
    try:
        desk.promise(call, handover.service, number, form={"path": " ".join(handover.path)})
    except QueueError:
        call.note("callback.refused", service=handover.service, number=number)
        return CallBackEnd.REFUSED
    return CallBackEnd.DONE
