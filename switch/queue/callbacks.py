"""Who is to be called back and keeps his place for it, and who called before: R-294, R-295."""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum

from kmcc.switch.queue.parties import Caller


class CallbackState(Enum):
    WAITING = "waiting"  # in the line, at his place
    DIALLING = "dialling"  # a seat is reserved for him
    RESTING = "resting"  # was not reached; is called again later


@dataclass(slots=True)
class Callback:
    """One promise. Only its book changes the state."""

    caller: Caller
    number: str
    expiry: str | None  # its timer; None = its time is over
    state: CallbackState = CallbackState.WAITING
    attempts: int = 0
    retry: str | None = None  # the timer while resting


class CallbackBook:
    """All promises; a number has one at most."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._by_call: dict[str, Callback] = {}
        self._by_number: dict[str, str] = {}
        self._dialling: set[str] = set()

    def __contains__(self, call: str) -> bool:
        return call in self._by_call

    def get(self, call: str) -> Callback | None:
        return self._by_call.get(call)

    def of_number(self, number: str | None) -> Callback | None:
        call = None if number is None else self._by_number.get(number)
        return None if call is None else self._by_call[call]

    def has_slot(self) -> bool:
        """Whether one more may be dialled now."""
        return len(self._dialling) < self._at_once

    def set_state(self, callback: Callback, state: CallbackState, retry: str | None = None) -> None:
        callback.state, callback.retry = state, retry
        if state is CallbackState.DIALLING:
            self._dialling.add(callback.caller.call)
        else:
            self._dialling.discard(callback.caller.call)

    def add(self, callback: Callback) -> None:
        self._by_call[callback.caller.call] = callback
        self._by_number[callback.number] = callback.caller.call

    def remove(self, callback: Callback) -> None:
        self._dialling.discard(callback.caller.call)
        del self._by_call[callback.caller.call]
        del self._by_number[callback.number]


class Redials:
    """Numbers that hung up while they waited, for as long as calling again gives them their old place."""

    def __init__(self, redial_ms: int) -> None:
        self._redial_ms = redial_ms
        self._gone: OrderedDict[str, tuple[int, int]] = OrderedDict()  # gone, arrived

    def note(self, number: str, arrived_ms: int, now_ms: int) -> None:
        self._forget_old(now_ms)
        self._gone.pop(number, None)
        self._gone[number] = (now_ms, arrived_ms)

    def take(self, number: str | None, now_ms: int) -> int | None:
        """When the caller first came; None when he is new or has been away too long."""
        self._forget_old(now_ms)
        if number is None or number not in self._gone:
            return None
        return self._gone.pop(number)[1]

    def _forget_old(self, now_ms: int) -> None:
        while self._gone:
            number, (gone_ms, _) = next(iter(self._gone.items()))
            if gone_ms + self._redial_ms > now_ms:
                return
            del self._gone[number]
