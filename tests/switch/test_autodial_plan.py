from datetime import UTC, time, timedelta

import pytest

from kmcc.switch.autodial.errors import CampaignError, PacingError
from kmcc.switch.autodial.pacing import PacingSettings
from kmcc.switch.autodial.plan import RETRY, Budget, CampaignPlan, Contact
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window

DAY = Schedule((Window(time(9), time(20)),), UTC)


def test_the_retry_table() -> None:
    minutes = {result: wait // timedelta(minutes=1) for result, wait in RETRY.items()}
    assert minutes == {
        Result.BUSY: 5,
        Result.NO_ANSWER: 30,
        Result.MACHINE: 30,
        Result.ABANDONED: 72 * 60,
        Result.CONGESTION: 2,
        Result.FAILED: 2,
        Result.LOST: 30,
    }


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"budget": Budget(0)}, "attempts is 0"),
        ({"budget": Budget(per_number=0)}, "per_number is 0"),
        ({"budget": Budget(per_day=0)}, "per_day is 0"),
        ({"lines": 0}, "lines is 0"),
        ({"contacts": (Contact("a", ("1",)), Contact("a", ("2",)))}, "one id"),
        ({"contacts": (Contact("a", ()),)}, "contact a: expected one or more different numbers"),
        ({"contacts": (Contact("a", ("1", "1")),)}, "contact a: expected one or more different numbers"),
        ({"retry": {Result.ANSWERED: timedelta(1)}}, "answered: whoever was reached"),
        ({"retry": {Result.BUSY: timedelta(-1)}}, "retry after busy is negative"),
    ],
)
def test_plans_that_cannot_be(bad: dict[str, object], why: str) -> None:
    fields: dict[str, object] = {"name": "dunning", "contacts": (), "schedule": DAY, **bad}
    with pytest.raises(CampaignError, match=f"campaign dunning: .*{why}"):
        CampaignPlan(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ratio", 0.5, "1 to 20"), ("abandon_cap", 1.5, "0 to 1"), ("abandon_hours", 0.0, "0.1 to 720"),
        ("caution", -0.1, "0 to 1"), ("risk", 2.0, "0 to 1"), ("wrap_up_s", -1.0, "0 to 3600"),
        ("preview_s", 1.0, "10 to 3600"),
        ("lead_s", 0.0, "0.1 to 300"), ("handling_s", 0.0, "1 to 36000"), ("answer_share", 1.1, "0 to 1"),
    ],
)  # fmt: skip
def test_pacing_that_cannot_be(name: str, value: float, expected: str) -> None:
    with pytest.raises(PacingError, match=f"pacing: {name} {value:g}: expected {expected}"):
        PacingSettings(**{name: value})  # type: ignore[arg-type]
