"""The talk of an answered call: announcement, questions whose keys are written down at once, then perhaps a seat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kmcc.centre.campaigns.order import CampaignOrder, HandOver, Question, Spoken
from kmcc.centre.farewell import say_goodbye
from kmcc.switch.announce import Language, say_amount, say_digits
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.circuit import Cause
from kmcc.switch.queue.parties import Grade, Transferred
from kmcc.switch.seats.order import Order, cut_data

LANGUAGE: Final = "language"
"""The column that says in which language a contact is spoken to."""


@dataclass(frozen=True, slots=True)
class TalkHooks:
    """What the talk tells the campaign, and where keys go."""

    answer: Callable[[str, str], Awaitable[None]]  # question, keys
    opt_out: Callable[[], Awaitable[None]]
    person_answered: Callable[[], None]
    seat_joined: Callable[[str], Awaitable[None]]


class Talk:
    """`result` is true at every moment, should the contact hang up: in part until everything was heard."""

    def __init__(self, order: CampaignOrder, contact: Contact, hooks: TalkHooks, seat: str | None = None) -> None:
        self._order = order
        self._contact = contact
        self._hooks = hooks
        self._seat = seat
        self.result = Result.ANSWERED_PART

    async def flow(self, call: Call) -> None:
        """Ends with the call."""
        call.language = Language(self._contact.data.get(LANGUAGE, call.language.value))
        script, hand_over = self._order.script, self._order.hand_over
        if script.say:
            await call.play(self._names(script.say, call))
        answers = {question.name: await self._ask(call, question) for question in script.questions}
        if hand_over is not None:
            return await self._to_seat(call, hand_over)
        if script.confirm is None or answers.get(script.confirm) is not None:
            self.result = Result.ANSWERED
        return await say_goodbye(call)

    async def _ask(self, call: Call, question: Question) -> str | None:
        """The key that was pressed; None when none of those that count was."""
        names = self._names(question.say, call)
        for _ in range(question.plays):
            key = await call.collect(names, digits=1, timeout_s=question.timeout_s)
            if key and key == self._order.script.opt_out_key:
                await self._hooks.opt_out()
                call.note("campaign.opt_out", contact=self._contact.id)
                await say_goodbye(call)
            if key and key in question.keys:
                await self._hooks.answer(question.name, key)
                call.note("campaign.answer", contact=self._contact.id, question=question.name, key=key)
                return key
        return None

    async def _to_seat(self, call: Call, hand_over: HandOver) -> None:
        self._hooks.person_answered()
        queueing = asyncio.get_running_loop().create_task(call.enter_queue(self._wish(hand_over)))
        try:
            if await self._seat_within(call, queueing, hand_over.within_s):
                self.result = Result.ANSWERED
                await self._hooks.seat_joined(call.seat or "")
                await queueing
                await call.release(Cause.NORMAL)
        except QueueGaveUp:
            pass
        finally:
            await _leave(queueing)
        await self._abandon(call, hand_over)

    def _wish(self, hand_over: HandOver) -> Order:
        """He goes before all who wait, as a transferred call does; or to the seat that chose him. With his data."""
        data = cut_data(self._contact.data)
        return Order(hand_over.service, Grade.VIP, data, transferred=Transferred.YES, only=self._seat)

    async def _seat_within(self, call: Call, queueing: "asyncio.Task[None]", within_s: float) -> bool:
        """Whether a seat has lifted its telephone in time. A look every tenth of a second is near enough to seconds."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + within_s
        while call.seat is None and not queueing.done() and loop.time() < until_s:
            await asyncio.wait((queueing,), timeout=min(0.1, until_s - loop.time()))
        if queueing.done():
            await queueing
        return call.seat is not None

    async def _abandon(self, call: Call, hand_over: HandOver) -> None:
        self.result = Result.ABANDONED
        call.note("campaign.abandoned", contact=self._contact.id)
        if hand_over.sorry:
            await call.play(self._names(hand_over.sorry, call))
        await call.release(Cause.NORMAL)

    def _names(self, spoken: tuple[Spoken, ...], call: Call) -> tuple[str, ...]:
        return tuple(name for one in spoken for name in _prompts(one, self._contact.data, call.language))


async def _leave(queueing: "asyncio.Task[None]") -> None:
    """Out of the queue, whatever it came to there."""
    queueing.cancel()
    await asyncio.wait((queueing,))
    if not queueing.cancelled():
        queueing.exception()


def _prompts(one: Spoken, data: Mapping[str, str], language: Language) -> tuple[str, ...]:
    if one.digits is not None:
        return tuple(say_digits(data[one.digits], language))
    if one.amount is not None:
        return tuple(say_amount(int(data[one.amount]), language))
    return () if one.prompt is None else (one.prompt,)
