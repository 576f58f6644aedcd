"""Number change: whoever dials an old number hears the new one, is put through to it, or both (R-199..R-205).

All is said before answer, so the caller is not charged for it; a connected call shows the caller's number and is
charged from the answer of the new number, like any other.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NoReturn

from kmcc.switch.announce import say_digits
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import Cause

TIMES: Final = 2  # or more
PROMPT: Final = "number-changed"


class Variant(Enum):
    ANNOUNCE = "announce"
    FORWARD = "forward"
    ANNOUNCE_AND_FORWARD = "announce_and_forward"

    @property
    def announces(self) -> bool:
        return self is not Variant.FORWARD

    @property
    def forwards(self) -> bool:
        return self is not Variant.ANNOUNCE


@dataclass(frozen=True, slots=True)
class Notice:
    """What a caller of the old number gets now."""

    old_number: str
    new_number: str
    variant: Variant


LookUp = Callable[[Call], Awaitable[Notice | None]]
"""The notice that is valid now for the number that was called; None = there is none."""


async def serve_changed_number(call: Call, look_up: LookUp, times: int = TIMES) -> None:
    """Without a notice an ordinary call (R-205). Ends by CallEnded, as every call."""
    notice = await look_up(call)
    if notice is None:
        await _through(call, call.proceed())
    call.note("number_change.found", old=notice.old_number, new=notice.new_number, variant=notice.variant.value)
    if notice.variant.announces:
        await call.alert()
        await call.play((PROMPT, *say_digits(notice.new_number, call.language)), times=times)
    if notice.variant.forwards:
        await _through(call, call.connect(notice.new_number))
    await call.release(Cause.NORMAL)


async def _through(call: Call, way: Awaitable[Cause | None]) -> NoReturn:
    """The caller's side ends as the other side ended."""
    try:
        cause = await way
    except ConnectFailed as failed:
        cause = failed.cause
    await call.release(Cause.NORMAL if cause is None else cause)
