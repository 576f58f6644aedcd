"""What the centre does for a flow: business functions, proofs of identity, faxes; each with its typed signature."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from kmcc.switch.call import Call
from kmcc.switch.voice.value import Kind, Secret, Value

DONE: Final = "done"
"""The outcome after which a flow goes on with its next step."""
FAILED: Final = "failed"
"""Every function may fail: its store does not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives. `outcomes`: all beside DONE and FAILED; `prompts`: all that its speeches say."""

    inputs: Mapping[str, Kind] = field(default_factory=dict)
    outputs: Mapping[str, Kind] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function found. Values come with DONE only."""

    outcome: str = DONE
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Function:
    """A named piece of business. `run` gets the call for who is calling, never to speak with him."""

    signature: Signature
    run: Callable[[Call, Mapping[str, Value]], Coroutine[Any, Any, Answer]]


Check = Callable[[Call, Secret, Secret], Coroutine[Any, Any, Answer]]
"""Account and password: done with the `number` that was proved, or wrong; the caller is never told what was wrong."""


class FaxOutcome(Enum):
    SENT = "sent"
    KEPT = "kept"  # noted; is sent when there is a line for it
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Handover:
    """What a seat gets with a caller: whom he wants, what he has said so far, the number he has proved to own."""

    service: str | None
    data: Mapping[str, Value]
    path: tuple[str, ...]
    account: str | None


SendFax = Callable[[Call, str, Handover], Awaitable[FaxOutcome]]
"""A document by its name, and what the flow knows; the fax floor takes this place."""


class TransferEnd(Enum):
    DONE = "done"
    FULL = "full"  # no seat for him, or not in time


Transfer = Callable[[Call, Handover], Awaitable[TransferEnd]]


class CallBackEnd(Enum):
    DONE = "done"  # promised
    REFUSED = "refused"  # no number, or one that is promised already


CallBack = Callable[[Call, Handover, str], Awaitable[CallBackEnd]]
"""`str` is the number to call."""


@dataclass(frozen=True, slots=True)
class Business:
    """All that flows may ask of the centre around them."""

    functions: Mapping[str, Function]
    checks: Mapping[str, Check]
    transfer: Transfer
    call_back: CallBack
    fax: SendFax
