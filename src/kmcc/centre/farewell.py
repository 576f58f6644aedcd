"""The end of a call that we end: goodbye, a while for the caller to hang up, release (R-250)."""

from typing import Final

from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause

HANG_UP_LIMIT_S: Final = 10.0


async def say_goodbye(call: Call) -> None:
    """Always ends the flow: with CallEnded, as every released call."""
    await call.play(("goodbye",))
    await call.sleep(HANG_UP_LIMIT_S)
    await call.release(Cause.NORMAL)
