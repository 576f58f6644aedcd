"""The queue machine under random callers: Erlang B, C and A within the 99 % interval at twelve load points, and the
oddities of a real centre (shifts, important callers, several services) where theory has no figure."""

from typing import Any

import pytest
from tests.firmware_sim.erlang_points import POINTS, Point, at_99, beside

from kmcc.firmware_sim.staffing.estimate import Estimate
from kmcc.firmware_sim.staffing.floor import Floor
from kmcc.firmware_sim.staffing.plan import StaffingPlan, StaffingPlanError
from kmcc.firmware_sim.staffing.report import StaffingReport, report


def run(**values: Any) -> StaffingReport:
    plan = StaffingPlan.model_validate(values)
    return report(plan, Floor(plan).run())


def one_service(calls: float, talk: float, seats: int, hours: float, **more: Any) -> StaffingReport:
    arrivals = {"service": "general", "per_hour": float(calls), "handling_s": float(talk)}
    arrivals |= {key: more.pop(key) for key in ("patience_s", "handling") if key in more}
    group = {"count": seats, "skills": {"general": 1}}
    return run(hours=hours, arrivals=(arrivals,), seats=(group,), **more)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"Erlang {point.model}, {point.name}")
def test_erlang_at_twelve_load_points(point: Point) -> None:
    made = point.run()
    assert [row for row in beside(point, made) if not row.is_inside] == []
    one = made.services["general"]
    if point.model == "B":
        assert one.no_erlang == "a limit of the line"
        assert one.mean_wait_s == Estimate(0, 0, 0)
    if point.model == "C":
        assert one.answered == one.offered


def test_fixed_handling_halves_the_wait() -> None:
    """Pollaczek and Khinchine, one seat: half of what exponential handling makes wait."""
    one = one_service(20, 120, 1, 2000, handling="fixed", seed=5).services["general"]
    assert at_99(one.mean_wait_s).holds(120 * (2 / 3) / (2 * (1 - 2 / 3)))


def test_the_same_seed_is_the_same_run_and_another_is_another() -> None:
    same = [one_service(200, 180, 12, 5, seed=seed).as_json() for seed in (7, 7, 8)]
    assert same[0] == same[1]
    assert same[0]["services"] != same[2]["services"]


def test_more_seats_meet_the_same_callers() -> None:
    few, many = (one_service(200, 180, seats, 10, seed=7).services["general"] for seats in (12, 14))
    assert few.offered == many.offered
    assert few.mean_wait_s is not None
    assert many.mean_wait_s is not None
    assert many.mean_wait_s.value < few.mean_wait_s.value


def test_important_callers_wait_less_at_the_cost_of_the_others() -> None:
    """Conservation: who is served first changes nothing of the mean over all."""
    stream = {"per_hour": 90.0, "handling_s": 180.0}
    made = run(
        hours=100,
        arrivals=({"service": "vip desk", "grade": "vip", **stream}, {"service": "general", **stream}),
        seats=({"count": 11, "skills": {"vip desk": 1, "general": 1}},),
    )
    vip, ordinary = (made.services[name].mean_wait_s for name in ("vip desk", "general"))
    assert vip is not None
    assert ordinary is not None
    assert vip.high < ordinary.low
    alike = one_service(180, 180, 11, 100).services["general"].erlang
    assert alike is not None
    assert Estimate(0, (vip.low + ordinary.low) / 2, (vip.high + ordinary.high) / 2).holds(alike.mean_wait_s)


def test_services_that_share_all_seats_share_the_figure_of_theory() -> None:
    streams = tuple({"service": name, "per_hour": 50.0, "handling_s": 180.0} for name in ("a", "b"))
    made = run(hours=40, arrivals=streams, seats=({"count": 8, "kind": "integrated"},))
    assert made.services["a"].erlang == made.services["b"].erlang is not None
    alone = run(hours=40, arrivals=streams, seats=tuple({"count": 5, "skills": {name: 1}} for name in ("a", "b")))
    assert alone.services["a"].erlang == one_service(50, 180, 5, 40).services["general"].erlang


def test_outside_a_shift_callers_wait_for_the_morning_and_leave_when_nobody_comes() -> None:
    made = run(
        hours=24,
        arrivals=({"service": "general", "per_hour": 60.0, "handling_s": 30.0, "patience_s": 1e5},),
        seats=({"count": 5, "skills": {"general": 1}, "shift": ("08:00", "20:00")},),
    )
    one = made.services["general"]
    assert one.no_erlang == "seats with shifts"
    assert one.unanswered == 0
    assert one.abandoned > 0
    assert one.mean_wait_s is not None
    assert one.mean_wait_s.value > 3600
    assert made.occupancy is not None
    assert made.occupancy.value == pytest.approx((one.answered * 30) / (5 * 12 * 3600), rel=0.1)


def test_a_night_shift_goes_over_midnight() -> None:
    made = run(
        hours=30,
        arrivals=({"service": "general", "per_hour": 600.0, "handling_s": 1.0, "patience_s": 1.0},),
        seats=({"count": 9, "skills": {"general": 1}, "shift": ("22:00", "06:00")},),
    )
    one = made.services["general"]  # there from 0 to 6, 22 to 30: 14 of 30 hours
    assert one.answered / one.offered == pytest.approx(14 / 30, abs=0.02)


def test_who_still_waits_at_the_end_is_told() -> None:
    one = run(
        hours=2,
        arrivals=({"service": "general", "per_hour": 60.0, "handling_s": 30.0},),
        seats=({"count": 1, "skills": {"general": 1}, "shift": ("00:00", "01:00")},),
    ).services["general"]
    assert one.unanswered > 30
    assert one.offered == one.answered + one.unanswered


def test_interrupted_the_tally_has_what_was_seen() -> None:
    def stop(share: float) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    plan = StaffingPlan.model_validate(
        {
            "hours": 10,
            "warm_up_hours": 0,
            "arrivals": ({"service": "general", "per_hour": 100.0, "handling_s": 60.0},),
            "seats": ({"count": 5, "skills": {"general": 1}},),
        }
    )
    floor = Floor(plan)
    with pytest.raises(KeyboardInterrupt):
        floor.run(stop)
    assert report(plan, floor.tally).services["general"].offered == pytest.approx(500, abs=100)


def test_callers_whom_nobody_serves_are_refused() -> None:
    with pytest.raises(StaffingPlanError, match=r'arrivals\.0\.service: found "bill", which no seat serves'):
        run(
            hours=1,
            arrivals=({"service": "bill", "per_hour": 1.0, "handling_s": 1.0},),
            seats=({"count": 1, "skills": {"general": 1}},),
        )
