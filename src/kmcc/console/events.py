"""GET /events: the event log as server-sent events (WHATWG HTML 9.2), replayed from any number, no gap, no double."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Protocol

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from kmcc.store.event import Event
from kmcc.store.subscription import Lagged, Subscription

JSON_LINES = "application/x-ndjson"


class EventFeed(Protocol):
    """What the stream needs of kmcc.store.event_log.EventLog. All of it is used on the loop's thread."""

    @property
    def last_seq(self) -> int: ...

    def since(self, seq: int) -> list[Event]: ...

    def subscribe(self) -> Subscription: ...


class _Gone(Exception):  # noqa: N818  it never leaves this module
    """The log cannot be continued after this number."""

    def __init__(self, words: str, **numbers: int) -> None:
        super().__init__(words)
        self.answer = {"detail": words, **numbers}


def events_router(feed: EventFeed) -> APIRouter:
    router = APIRouter()

    @router.get("/events", response_model=None)
    async def events(
        since: Annotated[int | None, Query(ge=0)] = None,
        follow: Annotated[bool, Query()] = True,
        named: Annotated[bool, Query()] = True,
        last_event_id: Annotated[int | None, Header(ge=0)] = None,
    ) -> Response:
        """Events after number `since`. `Last-Event-ID`, which a browser sends when it comes back, goes before it.

        `named=0` leaves out the event type, so that one `onmessage` hears every kind. `follow=0` sends what the
        log has, one JSON object a line, and ends.
        """
        after = since if last_event_id is None else last_event_id
        if after is None:
            after = feed.last_seq if follow else 0
        try:
            backlog = _backlog(feed, after)
        except _Gone as gone:
            return JSONResponse(gone.answer, status_code=HTTPStatus.GONE)
        if not follow:
            return Response(b"".join(event.line() for event in backlog), media_type=JSON_LINES)
        return EventSourceResponse(_messages(_follow(feed, after, backlog), named))

    return router


def _backlog(feed: EventFeed, after: int) -> list[Event]:
    last = feed.last_seq
    if after > last:
        raise _Gone(f"the log ends at {last}, there is nothing after {after} to wait for", last=last)
    events = feed.since(after)
    if events and events[0].seq != after + 1:
        first = events[0].seq
        raise _Gone(f"the log begins at {first}, it no longer has what follows {after}", first=first, last=last)
    return events


async def _follow(feed: EventFeed, after: int, backlog: list[Event]) -> AsyncGenerator[Event, None]:
    """The backlog, what came while it was sent, then every event when it comes. Ends when the log closes."""
    for event in backlog:
        yield event
        after = event.seq
    with feed.subscribe() as subscription:
        for event in feed.since(after):
            yield event
            after = event.seq
        async for item in subscription:
            for event in feed.since(after) if isinstance(item, Lagged) else (item,):
                if event.seq > after:
                    yield event
                    after = event.seq


async def _messages(events: AsyncGenerator[Event, None], named: bool) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(events):
        async for event in events:
            data = event.line().decode().removesuffix("\n")
            yield ServerSentEvent(data, id=str(event.seq), event=event.kind if named else None)
