"""The queue as the log tells it: stories, and random histories against a recount of every figure by brute force."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.store.event import Event
from kmcc.store.queue_figures import SeatFigures, ServiceFigures
from kmcc.store.queue_history import UNKNOWN, Limits, QueueHistory
from kmcc.switch.journal import Field

START = datetime(2000, 5, 22, 8, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
LIMITS = Limits(15.0, {"bills": 20.0})


class Log:
    """Writes events as the house would."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.t = 0.0
        self.booted_s = 0.0

    def write(self, kind: str, after_s: float = 0.0, /, **fields: Field) -> None:
        self.t = round(self.t + after_s, 6)
        at = (START + timedelta(seconds=self.booted_s + self.t)).isoformat(timespec="microseconds")
        self.events.append(Event(len(self.events) + 1, self.t, at, kind, tuple(sorted(fields.items()))))

    def restart(self, after_s: float) -> None:
        """A crash: the log has nothing of it but a clock that begins again."""
        self.booted_s += self.t + after_s
        self.t = 0.0
        self.write("house.open")

    def seat(self, seat: str, old: str, new: str, call: str | None = None, **more: Field) -> None:
        self.write("seat.state", 0.0, seat=seat, old=old, new=new, call=call, **more)


def told(log: Log, limits: Limits = LIMITS, **bounds: datetime) -> QueueHistory:
    history = QueueHistory(limits, **bounds)
    for event in log.events:
        history.take(event)
    return history


def service(history: QueueHistory, name: str) -> ServiceFigures:
    total = ServiceFigures()
    for (one, _), figures in history.services.items():
        if one == name:
            total.add(figures)
    return total


def seat(history: QueueHistory, name: str) -> SeatFigures:
    total = SeatFigures()
    for (one, _), figures in history.seats.items():
        if one == name:
            total.add(figures)
    return total


def test_an_answered_call_over_the_hour() -> None:
    log = Log()
    log.seat("s1", "signed out", "ready")
    log.write("queue.entered", 50, call="c1", service="bills", grade=0)
    log.write("seat.offered", call="c1", seat="s1")
    log.seat("s1", "ready", "reserved", "c1")
    log.write("x", 20)
    log.seat("s1", "reserved", "talking", "c1")
    log.write("x", 60)
    log.seat("s1", "talking", "wrap-up")
    log.write("x", 5)
    log.seat("s1", "wrap-up", "ready")
    log.write("x", 65)
    log.seat("s1", "ready", "signed out")
    history = told(log)
    figures = service(history, "bills")
    assert (figures.offered, figures.answered, figures.within, figures.service_level) == (1, 1, 1, 1.0)
    assert figures.mean_wait_s == 20
    one = seat(history, "s1")
    assert (one.offered, one.answered, one.missed) == (1, 1, 0)
    assert one.as_json()["times_s"] == {"ready": 115, "reserved": 20, "talking": 60, "wrap-up": 5}
    assert one.occupancy == 85 / 200
    by_hour = {hour.hour: figures.times_us.total() / 1e6 for (_, hour), figures in history.seats.items()}
    assert by_hour == {8: 60, 9: 140}
    assert [hour.hour for _, hour in history.services] == [8]


def test_who_is_not_answered() -> None:
    log = Log()
    for n, call in enumerate(("gone early", "gone late", "sent away", "asks", "is promised", "lost", "waits")):
        log.write("queue.entered", call=call, service="bills" if n else None, grade=0)
    log.write("queue.abandoned", 15, call="gone early", waited_ms=15_000)
    log.write("callback.promised", 1, call="asks", number="3181001", position=1)
    log.write("queue.gave_up", 2, call="sent away", why="maximum wait")
    log.write("queue.abandoned", 4, call="gone late", waited_ms=22_000)
    log.write("queue.abandoned", call="is promised", waited_ms=22_000)
    log.write("callback.promised", call="is promised", number="3181002", position=1)
    log.write("queue.waiting", call="waits", position=1, ahead=0, expected_ms=9_000)
    history = told(log)
    assert [(visit.call, visit.expected_ms) for visit in history.waiting()] == [("lost", None), ("waits", 9_000)]
    unknown, bills = service(history, UNKNOWN), service(history, "bills")
    assert (unknown.abandoned, unknown.abandoned_within, unknown.net_service_level) == (1, 1, None)
    assert (bills.offered, bills.abandoned, bills.asked, bills.promised) == (6, 2, 1, 2)
    assert (bills.gave_up, bills.waiting, bills.longest_us) == ({"maximum wait": 1}, 2, 22_000_000)
    assert bills.service_level == 0


def test_callbacks_that_are_kept_and_those_that_are_not() -> None:
    log = Log()
    for call in ("c1", "c2"):
        log.write("queue.entered", call=call, service="bills", grade=0)
        log.write("callback.promised", 1, call=call, number=call, position=1)
    log.seat("s1", "ready", "reserved", "c1")
    log.seat("s1", "reserved", "talking", "c1")
    log.write("callback.off", call="c2", number="c2", why="expired")
    log.seat("s1", "reserved", "talking", "c2")
    figures = service(told(log), "bills")
    assert (figures.promised, figures.called_back, figures.answered, figures.waiting) == (2, 1, 0, 0)


def test_after_a_crash_nobody_waits_and_nobody_sits_there() -> None:
    log = Log()
    log.seat("s1", "signed out", "ready")
    log.write("queue.entered", call="c1", service="bills", grade=0)
    log.write("tick", 30)
    log.restart(600)
    log.seat("s1", "signed out", "ready")
    log.write("house.closed", 10, calls=0)
    history = told(log)
    assert service(history, "bills").lost == 1
    assert seat(history, "s1").times_us == {"ready": 40_000_000}
    assert history.waiting() == ()
    assert history.states() == {}


def test_only_what_is_asked_for() -> None:
    log = Log()
    log.seat("s1", "signed out", "ready")
    for n in range(4):
        log.write("queue.entered", 60, call=f"c{n}", service="bills", grade=0)
        log.write("queue.abandoned", 10, call=f"c{n}", waited_ms=10_000)
    since, until = START + timedelta(seconds=100), START + timedelta(seconds=210)
    history = told(log, since=since, until=until)
    history.bring_to(START + timedelta(seconds=1000))
    assert service(history, "bills").offered == 2
    assert seat(history, "s1").times_us == {"ready": 110_000_000}


def test_hours_that_nobody_asks_for_any_more() -> None:
    log = Log()
    for n in range(3):
        log.write("queue.entered", 3600, call=f"c{n}", service="bills", grade=0)
    history = told(log)
    history.forget_before(START + timedelta(hours=2))
    assert [hour.hour for _, hour in history.services] == [11]


# --- every figure by brute force --------------------------------------------------------------------------------------

STATES = ("ready", "reserved", "ringing", "talking", "wrap-up", "paused", "signed out")
CALLS, SEATS = tuple(f"c{n}" for n in range(5)), ("s1", "s2")
facts = st.one_of(
    st.tuples(st.just("queue.entered"), st.sampled_from(CALLS), st.sampled_from([None, "bills", "faults"])),
    st.tuples(st.just("queue.abandoned"), st.sampled_from(CALLS), st.none()),
    st.tuples(st.just("queue.gave_up"), st.sampled_from(CALLS), st.sampled_from(["closed", "maximum wait"])),
    st.tuples(st.just("callback.promised"), st.sampled_from(CALLS), st.none()),
    st.tuples(st.just("callback.off"), st.sampled_from(CALLS), st.none()),
    st.tuples(
        st.just("seat.state"),
        st.sampled_from(SEATS),
        st.tuples(st.sampled_from(STATES), st.sampled_from(CALLS)).map("/".join),
    ),
    st.tuples(st.just("restart"), st.none(), st.none()),
)
Fact = tuple[str, str | None, str | None]
scripts = st.lists(st.tuples(facts, st.sampled_from([0.0, 1.5, 14.0, 1700.0])), max_size=40)


def logged(script: list[tuple[Fact, float]]) -> Log:
    """A log that may be: a call that waits does not enter again, a seat leaves the state that it is in."""
    log, states, inside = Log(), dict.fromkeys(SEATS, "signed out"), set[str]()
    for (kind, name, more), after_s in script:
        log.write("tick", after_s)
        if kind == "restart":
            log.write("tick", 1.0)
            log.restart(after_s)
            states, inside = dict.fromkeys(SEATS, "signed out"), set()
        elif kind == "seat.state" and name is not None:
            new, call = str(more).split("/")
            if new != states[name]:
                reason = "no answer" if new == "paused" else None
                log.seat(
                    name, states[name], new, call if new in ("reserved", "ringing", "talking") else None, reason=reason
                )
                inside -= {call} if new == "talking" and states[name] in ("reserved", "ringing") else set()
                states[name] = new
        elif kind != "queue.entered":
            log.write(kind, call=name, why=str(more))
            inside -= {str(name)} if kind != "callback.off" else set()
        elif name not in inside:
            log.write(kind, call=name, service=more)
            inside.add(str(name))
    return log


def at(event: Event) -> datetime:
    return datetime.fromisoformat(event.at)


def lives(log: Log) -> list[list[Event]]:
    """The log cut where the house was started anew."""
    cuts = [0, *(n for n in range(1, len(log.events)) if log.events[n].t < log.events[n - 1].t), len(log.events)]
    return [log.events[a:b] for a, b in pairwise(cuts)]


def fate(life: list[Event], entered: int) -> tuple[str, float] | None:
    """What became of the caller who enters with this event, and after how many seconds; None = still waits."""
    call = life[entered].get("call")
    for event in life[entered + 1 :]:
        fields, wait_s = dict(event.fields), (at(event) - at(life[entered])).total_seconds()
        is_answer = (
            event.kind == "seat.state" and fields["new"] == "talking" and fields["old"] in ("reserved", "ringing")
        )
        if fields.get("call") == call and (is_answer or event.kind in ("queue.abandoned", "queue.gave_up")):
            return ("answered" if is_answer else event.kind.removeprefix("queue."), wait_s)
        if fields.get("call") == call and event.kind == "callback.promised":
            return "asked", wait_s
    return None


def recount(log: Log, name: str) -> dict[str, float]:
    found: list[tuple[str, float]] = []
    for number, life in enumerate(lives(log), start=1):
        for n, event in enumerate(life):
            if event.kind == "queue.entered" and (event.get("service") or UNKNOWN) == name:
                end = (
                    ("lost", (at(life[-1]) - at(event)).total_seconds()) if number < len(lives(log)) else ("waits", 0.0)
                )
                found.append(fate(life, n) or end)
    limit_s = 20.0 if name == "bills" else 15.0
    kinds = [what for what, _ in found]
    waits = [(what, wait_s) for what, wait_s in found if what != "waits"]
    return {
        "offered": len(found),
        "answered": kinds.count("answered"),
        "within": sum(what == "answered" and wait_s <= limit_s for what, wait_s in waits),
        "abandoned": kinds.count("abandoned"),
        "abandoned_within": sum(what == "abandoned" and wait_s <= limit_s for what, wait_s in waits),
        "gave_up": kinds.count("gave_up"),
        "asked": kinds.count("asked"),
        "lost": kinds.count("lost"),
        "waiting": kinds.count("waits"),
        "wait_us": round(sum(wait_s for _, wait_s in waits) * 1e6),
        "longest_us": round(max([wait_s for _, wait_s in waits], default=0.0) * 1e6),
    }


def state_times(log: Log, name: str) -> dict[str, float]:
    """Second by half second: in which state was the seat?"""
    times: dict[str, float] = {}
    for life in lives(log):
        mine = [event for event in life if event.kind == "seat.state" and event.get("seat") == name]
        for event, following in zip(mine, [*mine[1:], *life[-1:]], strict=False):
            if event.get("new") != "signed out":
                spent_s = (at(following) - at(event)).total_seconds()
                times[str(event.get("new"))] = times.get(str(event.get("new")), 0.0) + spent_s
    return {state: spent_s for state, spent_s in times.items() if spent_s}


def nonzero(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    return {name: value for name, value in pairs if value}


@settings(deadline=None, max_examples=200)
@given(scripts)
def test_every_figure_is_that_of_a_recount(script: list[tuple[Fact, float]]) -> None:
    log = logged(script)
    history = told(log)
    if log.events:
        history.bring_to(at(log.events[-1]))
    for name in (UNKNOWN, "bills", "faults"):
        figures = service(history, name)
        mine = {key: getattr(figures, key) for key in recount(log, name) if key != "gave_up"}
        assert {**mine, "gave_up": figures.gave_up.total()} == recount(log, name)
    for name in SEATS:
        assert nonzero((k, v / 1e6) for k, v in seat(history, name).times_us.items()) == state_times(log, name)
