"""Tables of docs/seats.md: the orders, from the app itself, and the events, from the code that writes them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from tests.docs_code_tables import Made, Rows

from kmcc.console.access import Guard
from kmcc.console.queue import queue_router
from kmcc.console.seats import seats_router
from kmcc.console.supervisor import supervisor_router
from kmcc.dsp.engine import Engine
from kmcc.store.event import Event
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.seats.desk import SeatDesk

SEATS: Final = Path(__file__).parents[1] / "switch" / "seats"
WRITES: Final = re.compile(r"""(?:note|write|_note)\(\s*(?:guest, )?("[\w.]+"(?: if \w+ else "[\w.]+")?)""")
EVENT_WORDS: Final = {
    "seat.state": "a seat's state has changed; `old`, `new`, `reason`",
    "seat.offered": "a seat's telephone rings: the screen's data, `data.*` of the form among them",
    "seat.connected": "seat and caller talk, `waited_ms` after he came",
    "seat.held": "the caller waits with a tone",
    "seat.retrieved": "and talks again",
    "seat.consults": "the seat asks `target`",
    "seat.consult_answered": "`target` has answered",
    "seat.consult_ended": "back to the caller; `why`",
    "seat.conference": "`target` has come to caller and seat",
    "seat.member_left": "and is out again",
    "seat.transferred": "the caller goes on to `target`; `attended`: they had talked",
    "seat.dials": "a seat calls `called`",
    "seat.dial_failed": "and did not reach it; `why`",
    "seat.parted": "the seat is out of the talk",
    "supervisor.joined": "a supervisor is in the talk; `manner` listen, whisper or barge",
    "supervisor.left": "and out again",
    "supervisor.intercepted": "he has taken the call over",
    "supervisor.inserted": "a waiting call was given to a seat; `by`",
    "supervisor.regraded": "a waiting call is more or less important; `by`",
    "supervisor.forced": "a seat was set aside; `by`, `reason`",
    "supervisor.freed": "and may be ready again; `by`",
    "supervisor.released": "a seat's call was ended; `by`",
    "supervisor.signed_out": "a seat was signed out; `by`",
    "supervisor.reassigned": "a seat has other skills; `by`",
    "service.opened": "a service takes calls; `by`",
    "service.closed": "it takes none; `by`",
    "queue.entered": "a caller wants a seat",
    "queue.waiting": "he is in the line: `position` in that of his service, `ahead` of him, `expected_ms`",
    "queue.gave_up": "there is none for him; `why`",
    "queue.abandoned": "he hung up while he waited, after `waited_ms`",
    "callback.promised": "he is called back at `number` when his turn comes",
    "callback.failed": "he was not reached, or the seat hung up; `why`",
    "callback.off": "he is called no more; `why`",
    "call.answered": "whom the seat dials has answered",
    "alarm.no_conference_room": "a supervisor could not be let in",
}


def seat_events() -> Made:
    """KeyError here: the code writes an event without words, or the words are of one that is gone."""
    written = sorted(_kinds())
    assert set(EVENT_WORDS) == set(written), set(EVENT_WORDS) ^ set(written)
    return ("event", "what has happened"), [(f"`{kind}`", words) for kind, words in EVENT_WORDS.items()]


def _kinds() -> set[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SEATS.glob("*.py")))
    return {kind for found in WRITES.findall(text) for kind in re.findall(r"\"([\w.]+)\"", found)}


class _NoEvents:
    """A feed for a desk that nothing happens at."""

    last_seq = 0

    def write(self, kind: str, /, **fields: Any) -> None:
        raise AssertionError(Event(0, 0.0, "", kind, tuple(fields.items())))


def seat_orders() -> Made:
    desk = SeatDesk(QueueMachine(), (), _NoEvents(), Media(Engine(lines=1)), PromptSet.load(None))
    feed, guard = _NoEvents(), Guard()
    routers = (
        seats_router(desk, feed, guard, frozenset()),
        queue_router(desk, feed, guard),
        supervisor_router(desk, feed, guard, frozenset()),
    )
    rows: Rows = [row for router in routers for row in _rows(router)]
    return ("order", "body", "what it does"), rows


def _rows(router: APIRouter) -> Iterator[tuple[object, ...]]:
    for route in router.routes:
        if not isinstance(route, APIRoute):
            continue
        body = route.body_field
        fields = () if body is None else body.field_info.annotation.model_fields  # type: ignore[union-attr]
        words = " ".join((route.description or "").split("\n\n")[0].split())
        method = min(route.methods or ())
        yield f"`{method} {route.path}`", ", ".join(f"`{name}`" for name in fields), words
