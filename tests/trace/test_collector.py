"""Traces from events written by hand: what stands side by side, and when a row and a call are done."""

from kmcc.store.event import Event
from kmcc.trace.call_trace import CallTrace, Row
from kmcc.trace.collector import CallDone, Collector, RowDone

Fields = dict[str, str | int | None]
Story = list[tuple[str, Fields]]
STORY: Story = [
    ("line.bits", {"circuit": "in/1", "way": "in", "what": "forward 0011 seizure"}),
    ("call.seized", {"call": "7", "circuit": "in/1"}),
    ("line.bits", {"circuit": "in/1", "way": "out", "what": "backward 1111 seizing acknowledgement"}),
    ("register.signal", {"circuit": "in/1", "way": "in", "what": "forward 3 (digit)"}),
    ("register.signal", {"circuit": "in/1", "way": "out", "what": "backward A3 number complete, send KD"}),
    ("register.signal", {"circuit": "in/1", "way": "in", "what": "KD 3"}),
    ("call.offered", {"call": "7", "calling": "88", "called": "3", "service": None}),
    ("call.placed", {"call": "7", "circuit": "out/2", "called": "3192008"}),
    ("line.bits", {"circuit": "out/2", "way": "out", "what": "forward 0011 seizure"}),
    ("line.bits", {"circuit": "out/2", "way": "in", "what": "backward 1111 seizing acknowledgement"}),
    ("circuit.failed", {"circuit": "out/2", "reason": "T1: no backward signal"}),
    ("line.bits", {"circuit": "in/1", "way": "in", "what": "forward 1011 clear forward"}),
    ("call.released", {"call": "7", "cause": "signalling failure"}),
]
GUARD: Story = [("line.bits", {"circuit": "in/1", "way": "out", "what": "backward 1011 release guard"})]
OTHER: Story = [("line.bits", {"circuit": "out/2", "way": "in", "what": "backward 1011 release guard"})]


def collected(story: Story, *, is_finished: bool = False) -> tuple[list[Row], list[CallTrace]]:
    """Rows in the order in which they were done, and whole calls."""
    collector = Collector()
    news = []
    for number, (kind, fields) in enumerate(story, start=1):
        at = f"2000-05-22T09:00:00.{number}0+08:00"
        news += collector.take(Event(number, number * 0.01, at, kind, tuple(fields.items())))
    if is_finished:
        news += collector.finish()
    rows = [one.row for one in news if isinstance(one, RowDone)]
    return rows, [one.trace for one in news if isinstance(one, CallDone)]


def whole() -> CallTrace:
    _, (trace,) = collected(STORY + GUARD)
    return trace


def test_a_signal_and_its_answer_are_one_row() -> None:
    seizure, digit, kd, offered, placed, onward = whole().rows[:6]
    assert (seizure.incoming, seizure.outgoing) == ("0011 seizure", "1111 seizing acknowledgement")
    assert seizure.at_s - whole().since_s < 0  # it stands in the log before the call that it begins
    assert (digit.incoming, digit.outgoing, digit.took_ms) == ("3 digit", "A3 number complete, send KD", 10)
    assert (kd.incoming, kd.outgoing, kd.took_ms) == ("KD 3", "", None)
    assert (offered.ours, placed.ours) == ("88 -> 3, -", "leg out: 3192008")
    assert (onward.outgoing, onward.incoming, onward.is_ours_first) == (
        "0011 seizure",
        "1111 seizing acknowledgement",
        True,
    )


def test_what_a_call_is() -> None:
    trace = whole()
    assert (trace.call, trace.called, trace.calling) == ("7", "3", "88")
    assert trace.circuits == ["in/1", "out/2"]
    assert [trace.leg(row.circuit) for row in trace.rows[:6]] == [1, 1, 1, None, None, 2]
    assert trace.title == "7 on in/1, out/2: signalling failure"
    assert trace.reason is not None
    assert trace.reason.english == "signalling failure: T1: no backward signal, on out/2"
    assert trace.reason.chinese == "信令故障：T1：收不到后向信号，电路 out/2"


def test_every_row_is_told_once_and_in_order() -> None:
    rows, (trace,) = collected(STORY + GUARD)
    assert [id(row) for row in rows] == [id(row) for row in trace.rows]


def test_a_row_is_told_when_nothing_can_be_added() -> None:
    rows, _ = collected(STORY[:5])
    assert [row.incoming for row in rows] == ["0011 seizure"]


def test_signals_of_two_circuits_never_share_a_row() -> None:
    seen = [(row.circuit, row.incoming, row.outgoing) for row in whole().rows]
    assert ("in/1", "1011 clear forward", "") in seen


def test_a_call_is_done_when_its_own_circuit_is_at_rest() -> None:
    assert collected(STORY)[1] == []
    assert collected(STORY + OTHER)[1] == []
    assert len(collected(STORY + OTHER + GUARD)[1]) == 1


def test_what_is_not_over_is_told_at_the_end() -> None:
    rows, (trace,) = collected(STORY[:6], is_finished=True)
    assert (trace.cause, trace.reason) == (None, None)
    assert trace.title == "7 on in/1: not over"
    assert rows[-1].incoming == "KD 3"


def test_what_belongs_to_no_call_is_passed_over() -> None:
    assert collected([("house.open", {"circuits": 30}), *OTHER, *GUARD]) == ([], [])


def test_an_answered_call_has_no_reason() -> None:
    _, (trace,) = collected([*STORY[:2], ("call.answered", {"call": "7"}), *HUNG_UP, *GUARD])
    assert (trace.is_answered, trace.reason) == (True, None)
    _, (trace,) = collected([*STORY[:2], *HUNG_UP, *GUARD])
    assert trace.reason is not None


HUNG_UP: Story = [("call.released", {"call": "7", "cause": "caller hung up"})]
