from datetime import UTC, datetime, timedelta

import pytest

from kmcc.switch.autodial.events import Outcome, Verdict
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.progress import Agenda, Progress
from kmcc.switch.autodial.result import Result

NOW = datetime(2001, 5, 22, 9, 0, tzinfo=UTC)


def person(name: str, due_min: int | None = None) -> Progress:
    due = None if due_min is None else NOW + timedelta(minutes=due_min)
    return Progress(Contact(name, "3130000"), due=due)


def test_due_retries_first_by_time_then_the_fresh_in_order() -> None:
    agenda = Agenda([person("a"), person("late", 5), person("b"), person("early", -2), person("now", 0)])
    taken = [agenda.take(NOW) for _ in range(4)]
    assert [one.contact.id for one in taken if one] == ["early", "now", "a", "b"]
    assert agenda.take(NOW) is None
    assert agenda.next_turn(NOW) == NOW + timedelta(minutes=5)


def test_those_due_at_one_moment_keep_their_order() -> None:
    agenda = Agenda([person(name, 0) for name in "cab"])
    assert [one.contact.id for one in (agenda.take(NOW) for _ in range(3)) if one] == ["c", "a", "b"]


def test_whoever_is_done_with_or_up_has_no_turn() -> None:
    done, retry, up = person("a"), person("b", 1), person("c")
    up.is_calling = True
    agenda = Agenda([done, retry, up])
    done.verdict = retry.verdict = Verdict.WITHDRAWN
    assert agenda.next_turn(NOW) is None
    assert agenda.take(NOW) is None


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
    assert one.judge(result) is verdict
    assert one.outcome() is None
    one.verdict, one.last = verdict, result
    assert one.outcome() == Outcome("a", verdict, 0, result)


def test_save_and_load() -> None:
    one = person("a", 3)
    one.attempts, one.last, one.is_withdrawn = 2, Result.BUSY, True
    other = person("a")
    other.load(one.save())
    assert other == one
