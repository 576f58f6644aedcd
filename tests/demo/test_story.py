"""Every template finds its fields in a whole morning, and nothing that people should see is a secret."""

from typing import TYPE_CHECKING

from kmcc.store.event import Event
from kmcc.trace.story import WORDS, told

if TYPE_CHECKING:
    from tests.demo.conftest import Played

NOT_IN_A_MORNING = {
    "call.sent_on",  # end-to-end transit: tests/switch/test_transit.py
    *("message.recorded", "password.set", "fax.asked"),  # branches of the voice menu that nobody takes
    *("callback.promised", "callback.failed", "callback.off"),  # tests/house/test_callbacks.py
    *("seat.held", "seat.retrieved", "seat.dials", "seat.transferred", "seat.conference", "seat.member_left"),
    *("seat.consults", "seat.consult_answered", "seat.consult_ended"),  # tests/house/test_seat_work.py
    *("supervisor.joined", "supervisor.left", "supervisor.inserted", "supervisor.intercepted", "supervisor.released"),
}


def test_every_kind_that_is_told_happens_and_has_its_fields(morning: "Played") -> None:
    happened = {e.kind for e in morning.log}
    print(sorted(set(WORDS) - NOT_IN_A_MORNING - happened))
    assert set(WORDS) - NOT_IN_A_MORNING <= happened
    for event in morning.log:
        if event.kind in WORDS:
            words = told(Event(event.seq, event.t, "", event.kind, tuple(event.fields.items())))
            assert words is not None
            assert "{" not in words


def test_a_field_that_is_none_is_a_dash() -> None:
    fields = (("calling", None), ("called", "1000"), ("service", "centre"))
    assert told(Event(1, 0.0, "", "call.offered", fields)) == "- -> 1000, centre"


def test_what_is_nothing_for_people() -> None:
    assert told(Event(1, 0.0, "", "timer.expired", (("timer", "t1"),))) is None
