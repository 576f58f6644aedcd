"""A visit on a call: does what the interpreter wants, and tells it how it went (R-235..R-250)."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, Secrecy
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice.function import DONE, FAILED, Answer, Business, FaxOutcome, Handover, Signature
from kmcc.switch.voice.interpreter import Result, begin, receive
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.value import Secret, Value, fits
from kmcc.switch.voice.visit import Facts

log = structlog.get_logger()

NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Navigation:
    """What a visit runs on. The book is taken once: a call goes on with the flows it began with."""

    book: FlowBook
    business: Business
    calendar: Calendar


async def talk(call: Call, entry: str, grade: str, navigation: Navigation) -> None:
    """From an entry of the book to the end of the call; ends by CallEnded, as every released call."""
    facts = Facts(entry, call.called, call.calling.number, grade, call.language)
    await _Talk(call, navigation).run(begin(navigation.book, entry, facts, navigation.calendar.now()))


class _Talk:
    def __init__(self, call: Call, navigation: Navigation) -> None:
        self._call = call
        self._book = navigation.book
        self._business = navigation.business
        self._calendar = navigation.calendar

    async def run(self, result: Result) -> None:
        while True:
            visit, effects = result
            for effect in effects[:-1]:
                self._note(effect)
            news = await self._do(effects[-1], Handover(None, visit.told, visit.path, _account(visit.proved)))
            result = receive(self._book, visit, news, self._calendar.now())

    def _note(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Arrived(node):
                self._call.note("ivr.node", node=node)
            case fx.Chose(node, key, target):
                self._call.note("ivr.choice", node=node, key=key, to=target)
            case fx.Missed(node, ""):
                self._call.note("ivr.silence", node=node)
            case fx.Missed(node, key):
                self._call.note("ivr.invalid", node=node, key=key)
            case fx.Refused(check, tries):
                self._call.note("identity.failed", check=check, tries=tries)
            case fx.Speak(language):
                self._call.language = language

    async def _do(self, effect: fx.Effect, handover: Handover) -> fx.News:
        call = self._call
        match effect:
            case fx.Say(names):
                await call.play(names)
                return fx.Done()
            case fx.Listen(names, timeout_s, is_secret):
                secrecy = Secrecy.SECRET if is_secret else Secrecy.OPEN
                return fx.Key(await call.collect(names, digits=1, timeout_s=timeout_s, secret=secrecy, terminator=""))
            case fx.Release(cause, after_s):
                if after_s:
                    await call.sleep(after_s)
                await call.release(cause)
            case fx.Ask(function, values):
                return await self._ask(function, values)
            case fx.Verify(check, account, password):
                return await self._verify(check, account, password)
        return fx.Told(await self._errand(effect, handover))

    async def _errand(self, effect: fx.Effect, handover: Handover) -> str:
        """What people or machines do for the caller."""
        call, business = self._call, self._business
        match effect:
            case fx.ToSeat(service):
                return (await business.transfer(call, replace(handover, service=service))).value
            case fx.PromiseCall(service, number):
                return (await business.call_back(call, replace(handover, service=service), number)).value
            case fx.SendFax(document):
                outcome = await business.fax(call, document, handover)
                call.note("fax.asked", document=document, outcome=outcome.value)
                return DONE if outcome is FaxOutcome.SENT else outcome.value
            case fx.TakeMessage(topic, names, limit_s, silence_s):
                await call.play(names)
                call.note("message.begun", topic=topic)
                message = await call.record(limit_s=limit_s, silence_s=silence_s)
                return DONE if message is not None and call.has_spoken else NOTHING
        raise TypeError(f"{type(effect).__name__} is nothing to wait for")

    async def _verify(self, check: str, account: Secret, password: Secret) -> fx.Told:
        work = self._business.checks[check](self._call, account, password)
        proved = await self._in_time(work)
        if proved is None:
            return fx.Told(FAILED)
        return fx.Told(proved.outcome, proved.values)

    async def _ask(self, name: str, values: Mapping[str, Value]) -> fx.Told:
        function = self._business.functions[name]
        answer = await self._in_time(function.run(self._call, values))
        if answer is None:
            return fx.Told(FAILED)
        if not _keeps(answer, function.signature):
            log.error("a function of the flows breaks its word", function=name, outcome=answer.outcome)
            self._call.note("alarm.flow", what=f"{name}: {answer.outcome}")
            return fx.Told(FAILED)
        return fx.Told(answer.outcome, answer.values)

    async def _in_time(self, work: Coroutine[Any, Any, Answer]) -> Answer | None:
        """The answer, with a word to the caller when it takes long (R-237); None when it takes too long."""
        settings, loop = self._book.settings, asyncio.get_running_loop()
        task, is_there = loop.create_task(work), loop.create_future()
        task.add_done_callback(lambda _: is_there.set_result(None))
        try:
            async with asyncio.timeout(settings.query_limit_s):
                await asyncio.wait((task,), timeout=settings.wait_notice_s)
                if not task.done():
                    await self._call.play((settings.please_wait,), until=is_there)
                return await task
        except TimeoutError:
            self._call.note("alarm.flow", what="no answer in time")
            return None
        finally:
            task.cancel()


def _account(proved: Mapping[str, str]) -> str | None:
    return next(iter(proved.values()), None)


def _keeps(answer: Answer, signature: Signature) -> bool:
    """Whether the answer is what the function's signature says."""
    if answer.outcome != DONE:
        return answer.outcome in (*signature.outcomes, FAILED)
    return answer.values.keys() == signature.outputs.keys() and all(
        fits(kind, answer.values[name]) for name, kind in signature.outputs.items()
    )
