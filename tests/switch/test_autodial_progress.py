from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from kmcc.switch.autodial.agenda import Agenda
from kmcc.switch.autodial.events import Outcome, Verdict
from kmcc.switch.autodial.plan import Budget, Contact
from kmcc.switch.autodial.progress import Progress, Stage, Try
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window

NOW = datetime(2001, 5, 22, 9, 0, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))
DAY = Schedule((Window(time(9), time(20)),), UTC)


def person(name: str, due_min: int | None = None, zone: timezone | None = None) -> Progress:
    due = None if due_min is None else NOW + timedelta(minutes=due_min)
    return Progress(Contact(name, ("3130000",), zone), due=due)


def test_due_retries_first_by_time_then_the_fresh_in_order() -> None:
    agenda = Agenda(DAY, [person("a"), person("late", 5), person("b"), person("early", -2), person("now", 0)])
    taken = [agenda.take(NOW) for _ in range(4)]
    assert [one.contact.id for one in taken if one] == ["early", "now", "a", "b"]
    assert agenda.take(NOW) is None
    assert agenda.next_turn(NOW) == NOW + timedelta(minutes=5)


def test_those_due_at_one_moment_keep_their_order() -> None:
    agenda = Agenda(DAY, [person(name, 0) for name in "cab"])
    assert [one.contact.id for one in (agenda.take(NOW) for _ in range(3)) if one] == ["c", "a", "b"]


def test_whoever_is_done_with_or_up_has_no_turn() -> None:
    done, retry, up = person("a"), person("b", 1), person("c")
    up.stage = Stage.DIALLED
    agenda = Agenda(DAY, [done, retry, up])
    done.verdict = retry.verdict = Verdict.WITHDRAWN
    assert agenda.next_turn(NOW) is None
    assert agenda.take(NOW) is None


def test_only_whose_zone_is_open_has_a_turn() -> None:
    """At nine in London it is five in the afternoon in Kunming, at noon the day there is over."""
    agenda = Agenda(DAY, [person("london"), person("kunming", -1, CHINA), person("second", 1, CHINA)])
    first = agenda.take(NOW)
    assert first is not None
    assert first.contact.id == "kunming"
    noon = NOW.replace(hour=12)
    left = agenda.take(noon)
    assert left is not None
    assert left.contact.id == "london"
    assert agenda.take(noon) is None
    assert agenda.next_turn(noon) == NOW.replace(day=23, hour=1)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (Result.ANSWERED, Verdict.REACHED),
        (Result.ANSWERED_PART, Verdict.REACHED),
        (Result.VACANT, Verdict.VACANT),
        (Result.BUSY, Verdict.EXHAUSTED),
        (Result.NO_ANSWER, Verdict.EXHAUSTED),
        (Result.CONGESTION, Verdict.EXHAUSTED),
        (Result.FAILED, Verdict.EXHAUSTED),
    ],
)
def test_what_a_last_result_comes_to(result: Result, verdict: Verdict) -> None:
    one = person("a")
    assert one.outcome() is None
    one.begin("3130000", NOW)
    one.close(result)
    assert one.judge() is verdict
    one.verdict = verdict
    assert one.outcome() == Outcome("a", verdict, 1, result)


def test_save_and_load() -> None:
    one = person("a", 3)
    one.begin("3130000", NOW)
    one.close(Result.BUSY)
    one.begin("3130000", NOW)
    one.is_withdrawn = True
    other = person("a")
    other.load(one.save())
    assert other.save() == one.save()
    assert (one.tries[0], other.stage) == (Try("3130000", NOW, Result.BUSY), Stage.DIALLED)


def test_the_budget_a_day_counts_the_days_of_the_contact() -> None:
    one = person("a", zone=CHINA)
    one.begin("3130000", NOW)
    midnight = NOW.replace(hour=16)
    assert one.not_before(NOW, Budget(per_day=2), DAY) == NOW
    assert one.not_before(NOW, Budget(per_day=1), DAY) == midnight
    assert one.not_before(midnight, Budget(per_day=1), DAY) == midnight
    assert one.not_before(NOW, Budget(), DAY) == NOW
