"""When a message that a caller leaves has ended: a key, a pause, or the limit."""

import asyncio
from typing import Protocol

from kmcc.switch.leg import Milestone
from kmcc.switch.speech_path import SpeechPath


class Speaker(Protocol):
    """The call of whoever speaks: kmcc.switch.call.Call."""

    path: SpeechPath

    async def until(self, *milestones: Milestone, timeout_s: float | None = None) -> bool: ...


async def until_said(call: Speaker, limit_s: float, silence_s: float) -> None:
    """Returns after any key, a pause of `silence_s`, or `limit_s`; the key is taken."""
    loop = asyncio.get_running_loop()
    ends_s = loop.time() + limit_s
    while (left_s := ends_s - loop.time()) > 0:
        wait_s = left_s if call.path.is_speaking else min(left_s, silence_s)
        changed, key = call.path.speech_changed(), call.path.key_pressed()
        if not await call.until(changed, key, timeout_s=wait_s):
            return
        if key.done():
            call.path.take_key()
            return
