"""GET /events: the event log as server-sent events (WHATWG HTML 9.2), replayed from any number, no gap, no double."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from kmcc.console.access import Guard, Role, Who
from kmcc.console.problem import problem
from kmcc.console.seat_filter import SeatFilter
from kmcc.store.event import Event
from kmcc.store.subscription import Lagged, Subscription

JSON_LINES = "application/x-ndjson"


class EventFeed(Protocol):
    """What the stream needs of kmcc.store.event_log.EventLog. All of it is used on the loop's thread."""

    @property
    def last_seq(self) -> int: ...

    async def page(self, seq: int, *, limit: int = ...) -> list[Event]: ...

    def subscribe(self) -> Subscription: ...


class _Gone(Exception):  # noqa: N818  it never leaves this module
    """The log cannot be continued after this number."""

    def __init__(self, words: str, **numbers: int) -> None:
        super().__init__(words)
        self.numbers = numbers


def events_router(feed: EventFeed, guard: Guard) -> APIRouter:
    router = APIRouter(tags=["events"])
    reading = Depends(guard.needs(Role.READER))

    @router.get("/events", response_model=None)
    async def events(
        since: Annotated[int | None, Query(ge=0)] = None,
        follow: Annotated[bool, Query()] = True,
        named: Annotated[bool, Query()] = True,
        seat: Annotated[str | None, Query(max_length=200)] = None,
        last_event_id: Annotated[int | None, Header(ge=0)] = None,
        *,
        who: Who = reading,
    ) -> Response:
        """Events after number `since`. `Last-Event-ID`, which a browser sends when it comes back, goes before it.

        `seat` sends only what names this seat, and all of the calls that it has. `named=0` leaves out the event type,
        so that one `onmessage` hears every kind. `follow=0` sends what the log has, one JSON object a line, and ends.
        """
        after = since if last_event_id is None else last_event_id
        if after is None:
            after = feed.last_seq if follow else 0
        try:
            await _check(feed, after)
        except _Gone as gone:
            return problem(HTTPStatus.GONE, str(gone), **gone.numbers)
        wanted = SeatFilter(_readable(seat, who))
        if not follow:
            return StreamingResponse(_lines(feed, after, feed.last_seq, wanted), media_type=JSON_LINES)
        return EventSourceResponse(_messages(_follow(feed, after), named, wanted))

    return router


def _readable(seat: str | None, who: Who) -> str | None:
    """A seat reads what concerns itself."""
    if who.role is not Role.SEAT:
        return seat
    if seat is not None:
        who.may_act_for(seat)
    return who.seat


async def _check(feed: EventFeed, after: int) -> None:
    last = feed.last_seq
    if after > last:
        raise _Gone(f"the log ends at {last}, there is nothing after {after} to wait for", last=last)
    events = await feed.page(after, limit=1)
    if events and events[0].seq != after + 1:
        first = events[0].seq
        raise _Gone(f"the log begins at {first}, it no longer has what follows {after}", first=first, last=last)


async def _lines(feed: EventFeed, after: int, until: int, wanted: SeatFilter) -> AsyncIterator[bytes]:
    """What the log had when it was asked, a page a piece."""
    while after < until and (page := await feed.page(after)):
        yield b"".join(event.line() for event in page if event.seq <= until and wanted.takes(event))
        after = page[-1].seq
        await asyncio.sleep(0)  # a socket that takes everything never makes us wait: the telephones go first


async def _follow(feed: EventFeed, after: int) -> AsyncGenerator[Event, None]:
    """What the log has, page by page, then every event when it comes. Ends when the log closes.

    The subscription is older than the first page, so nothing falls between them; doubles are known by their number.
    """
    with feed.subscribe() as subscription:
        item: Event | Lagged | None = Lagged(after, feed.last_seq)
        while item is not None:
            page = [item] if isinstance(item, Event) else await feed.page(after)
            for event in page:
                if event.seq > after:
                    yield event
                    after = event.seq
            if isinstance(item, Event) or not page:
                item = await anext(subscription, None)


async def _messages(
    events: AsyncGenerator[Event, None], named: bool, wanted: SeatFilter
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(events):
        async for event in events:
            if not wanted.takes(event):
                continue
            data = event.line().decode().removesuffix("\n")
            yield ServerSentEvent(data, id=str(event.seq), event=event.kind if named else None)
            await asyncio.sleep(0)  # as above
