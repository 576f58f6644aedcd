from datetime import UTC, time, timedelta

import pytest

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.plan import RETRY, CampaignPlan, Contact, Skipped, SkipReason
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.window import Window

WINDOW = Window(time(9), time(20), UTC)


def test_the_retry_table() -> None:
    minutes = {result: wait // timedelta(minutes=1) for result, wait in RETRY.items()}
    assert minutes == {
        Result.BUSY: 5,
        Result.NO_ANSWER: 30,
        Result.MACHINE: 30,
        Result.CONGESTION: 2,
        Result.FAILED: 2,
    }


def test_preflight_says_who_is_skipped_and_why() -> None:
    a, b, c, d, e = (
        Contact("a", "3135678"),
        Contact("b", "3130000"),
        Contact("c", "３１３"),
        Contact("d", "3135678"),
        Contact("e", ""),
    )
    plan = CampaignPlan("dunning", (a, b, c, d, e), WINDOW, do_not_call=frozenset({"3130000"}))
    check = plan.preflight()
    assert check.to_call == (a,)
    assert check.skipped == (
        Skipped(b, SkipReason.DO_NOT_CALL),
        Skipped(c, SkipReason.NOT_A_NUMBER),
        Skipped(d, SkipReason.SAME_NUMBER),
        Skipped(e, SkipReason.NOT_A_NUMBER),
    )


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"attempts": 0}, "attempts is 0"),
        ({"lines": 0}, "lines is 0"),
        ({"contacts": (Contact("a", "1"), Contact("a", "2"))}, "one id"),
        ({"retry": {Result.ANSWERED: timedelta(1)}}, "not repeated"),
        ({"retry": {Result.BUSY: timedelta(-1)}}, "retry after busy is negative"),
    ],
)
def test_plans_that_cannot_be(bad: dict[str, object], why: str) -> None:
    fields: dict[str, object] = {"name": "dunning", "contacts": (), "window": WINDOW, **bad}
    with pytest.raises(CampaignError, match=f"campaign dunning: .*{why}"):
        CampaignPlan(**fields)  # type: ignore[arg-type]
