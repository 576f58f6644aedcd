"""A call whose caller follows a script: keys, hang-up at a chosen await, what the other side does. It hears everything.

It stands in for the call server and the media engine under a flow; the database is a real one.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from kmcc.dsp.recorder import Recording
from kmcc.switch.announce import Language
from kmcc.switch.call import NO_FORM, Call, CallEnded, ConnectFailed, QueueGaveUp, Secrecy
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.journal import Field


@dataclass
class Script:
    """`keys` are what the caller presses at each prompt, "" = nothing; after the last one he is silent."""

    called: str = "1000"
    calling: str | None = None
    keys: tuple[str, ...] = ()
    hang_up_at: int | None = None  # the number of the await, from 0
    far_end: Cause = Cause.CALLED_HUNG_UP
    unreached: Cause | None = None
    no_seat: str | None = None
    message: Recording | None = None
    watch: Callable[[], object] = field(default=lambda: None)


class ScriptedCall(Call):
    """`heard` has the prompt names of each play; `steps` what was asked of the call, `seen` what `watch` saw then."""

    def __init__(self, script: Script) -> None:
        self.id = "c000001"
        self.called = script.called
        self.calling = CallingParty(script.calling)
        self.language = Language.ZH
        self.script = script
        self.heard: list[tuple[str, ...]] = []
        self.steps: list[str] = []
        self.seen: list[object] = []
        self.journal: list[tuple[str, dict[str, Field]]] = []
        self.ended: Cause | None = None
        self.is_answered = False
        self._keys = list(script.keys)
        self._pressed = ""

    @property
    def answered(self) -> bool:
        return self.is_answered

    def note(self, kind: str, **fields: Field) -> None:
        self.journal.append((kind, fields))

    def noted(self, kind: str) -> list[dict[str, Field]]:
        return [fields for found, fields in self.journal if found == kind]

    async def _step(self, what: str) -> None:
        """Every await passes here; a caller who has hung up gets no further."""
        await asyncio.sleep(0)
        self.seen.append(self.script.watch())
        if self.ended is None and self.script.hang_up_at == len(self.steps):
            self.ended = Cause.CALLER_HUNG_UP
        self.steps.append(what)
        if self.ended is not None:
            raise CallEnded(self.ended)

    async def alert(self) -> None:
        await self._step("alert")

    async def answer(self) -> None:
        await self._step("answer")
        self.is_answered = True

    async def release(self, cause: Cause) -> NoReturn:
        await self._step(f"release {cause.words}")
        self.ended = cause
        raise CallEnded(cause)

    async def sleep(self, seconds: float) -> None:
        await self._step(f"sleep {seconds:g}")

    async def play(
        self, names: tuple[str, ...], *, times: int = 1, until: "asyncio.Future[None] | None" = None
    ) -> None:
        await self._step("play")
        self.heard += [names] * times

    async def collect(
        self,
        names: tuple[str, ...],
        *,
        digits: int,
        timeout_s: float,
        secret: Secrecy = Secrecy.OPEN,
        terminator: str = "#",
    ) -> str:
        """The keys of one prompt come one by one, where a flow takes them so."""
        await self._step("collect" if names else "key")
        if names:
            self.heard.append(names)
            self._pressed = self._pressed or (self._keys.pop(0) if self._keys else "")
        keys, self._pressed = self._pressed[:digits], self._pressed[digits:]
        for key in keys:
            self.note("key.pressed", key="*" if secret is Secrecy.SECRET else key)
        return keys.removesuffix(terminator)

    async def record(self, *, limit_s: float, silence_s: float = 5.0) -> Recording | None:
        await self._step(f"record {limit_s:g}")
        return self.script.message

    @property
    def has_spoken(self) -> bool:
        return self.script.message is not None

    async def connect(self, number: str) -> Cause:
        await self._step(f"connect {number}")
        if self.script.unreached is not None:
            raise ConnectFailed(number, self.script.unreached)
        self.is_answered = True
        return self.script.far_end

    async def queue(self, service: str | None, *, grade: int = 0, form: Mapping[str, str] = NO_FORM) -> None:
        await self._step(f"queue {service} {grade}")
        if self.script.no_seat is not None:
            raise QueueGaveUp(self.script.no_seat)

    async def proceed(self) -> None:
        await self._step("proceed")
        if self.script.unreached is not None:
            raise ConnectFailed(self.called, self.script.unreached)
        await self.release(self.script.far_end)
