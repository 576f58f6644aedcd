"""Whatever a log says in whatever order: traces come of it, or nothing; every view can show them."""

import json
from xml.etree import ElementTree as Xml

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.store.event import Event
from kmcc.trace.collector import CallDone, Collector
from kmcc.trace.picture import picture
from kmcc.trace.record import as_json
from kmcc.trace.text import ladder, last_line, row_line

AT = "2000-05-22T09:00:00.250000+08:00"
KINDS = [
    "call.seized",
    "call.placed",
    "call.offered",
    "call.answered",
    "call.released",
    "line.bits",
    "register.signal",
    "circuit.failed",
    "prompt.started",
    "cdr.written",
    "house.open",
]
VALUES = (
    st.none() | st.integers(0, 3) | st.sampled_from(["in", "out", "1", "2", "busy", "normal"]) | st.text(max_size=8)
)
FIELDS = st.dictionaries(
    st.sampled_from(["call", "circuit", "way", "what", "cause", "reason", "called", "calling", "service"]), VALUES
)
EVENTS = st.lists(st.tuples(st.sampled_from(KINDS), FIELDS, st.floats(0, 5)), max_size=25)


@settings(deadline=None, max_examples=200)
@given(EVENTS)
def test_any_log(found: list[tuple[str, dict[str, str | int | None], float]]) -> None:
    collector = Collector()
    news = []
    for number, (kind, fields, t) in enumerate(found, start=1):
        news += collector.take(Event(number, t, AT, kind, tuple(sorted(fields.items()))))
    news += collector.finish()
    for trace in (one.trace for one in news if isinstance(one, CallDone)):
        for lang in ("en", "zh"):
            assert all(row_line(trace, row, lang) for row in trace.rows)
            assert last_line(trace, lang)
            ladder(trace, lang)
            Xml.fromstring(picture(trace, lang))
        assert json.loads(json.dumps(as_json(trace)))["call"] == trace.call
