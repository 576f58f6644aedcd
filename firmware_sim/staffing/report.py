"""The answer to a chief: each figure with its confidence, and Erlang's beside it where theory has one."""

from dataclasses import dataclass
from typing import Any

from kmcc.firmware_sim.staffing.erlang import Erlang, impatient_system, waiting_system
from kmcc.firmware_sim.staffing.estimate import Estimate
from kmcc.firmware_sim.staffing.plan import Arrivals, Seats, StaffingPlan
from kmcc.firmware_sim.staffing.tally import ServiceTally, Tally


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """Counts are of calls; `unanswered` still waited when nobody was left to serve them. None: no call to judge by."""

    offered: int
    answered: int
    abandoned: int
    unanswered: int
    mean_wait_s: Estimate | None
    within_limit: Estimate | None
    abandon_rate: Estimate | None
    erlang: Erlang | None
    no_erlang: str | None  # why theory has no figure here


@dataclass(frozen=True, slots=True)
class StaffingReport:
    """One run."""

    plan: StaffingPlan
    services: dict[str, ServiceReport]
    occupancy: Estimate | None

    def as_json(self) -> dict[str, Any]:
        services = {name: _service_json(service) for name, service in self.services.items()}
        return {
            "hours": self.plan.hours,
            "seed": self.plan.seed,
            "answer_limit_s": self.plan.answer_limit_s,
            "services": services,
            "seats": {"count": sum(seats.count for seats in self.plan.seats), "occupancy": _estimate(self.occupancy)},
        }


def report(plan: StaffingPlan, tally: Tally) -> StaffingReport:
    services = {name: _service(plan, name, one) for name, one in tally.services.items()}
    return StaffingReport(plan, services, tally.occupancy())


def _service(plan: StaffingPlan, name: str, tally: ServiceTally) -> ServiceReport:
    offered, answered, abandoned = (round(sum(n)) for n in (tally.offered, tally.answered, tally.abandoned))
    why = _no_erlang(plan, name)
    return ServiceReport(
        offered=offered,
        answered=answered,
        abandoned=abandoned,
        unanswered=offered - answered - abandoned,
        mean_wait_s=tally.mean_wait_s(),
        within_limit=tally.within_limit(),
        abandon_rate=tally.abandon_rate(),
        erlang=_erlang(plan, name) if why is None else None,
        no_erlang=why,
    )


def _no_erlang(plan: StaffingPlan, service: str) -> str | None:
    """Erlang knows one line before equal seats that are always there."""
    streams, seats = _pool(plan, service)
    services = {one.service for one in streams}
    kinds = {(one.handling_s, one.handling, one.patience_s) for one in streams}
    why = {
        "seats with shifts": any(some.shift is not None for some in seats),
        "a limit of the line": plan.max_wait_s is not None or plan.max_length is not None,
        "wrap-up time": plan.wrap_up_s > 0,
        "seats that serve some of the callers only": any(not some.serves(one) for some in seats for one in streams),
        "important callers of other services": len(services) > 1 and len({one.grade for one in streams}) > 1,
        "callers of several kinds in one line": len(kinds) > 1,
    }
    return next((words for words, is_so in why.items() if is_so), None)


def _pool(plan: StaffingPlan, service: str) -> tuple[list[Arrivals], list[Seats]]:
    """All streams and seats that have to do with this service, directly or through each other."""
    streams = [one for one in plan.arrivals if one.service == service]
    while True:
        seats = [some for some in plan.seats if any(some.serves(one) for one in streams)]
        wider = [one for one in plan.arrivals if any(some.serves(one) for some in seats)]
        if len(wider) == len(streams):
            return streams, seats
        streams = wider


def _erlang(plan: StaffingPlan, service: str) -> Erlang:
    streams, seats = _pool(plan, service)
    one, count = streams[0], sum(some.count for some in seats)
    calls_a_s = sum(some.per_hour for some in streams) / 3600
    if one.patience_s is None:
        return waiting_system(calls_a_s, one.handling_s, count, plan.answer_limit_s)
    return impatient_system(calls_a_s, one.handling_s, one.patience_s, count, plan.answer_limit_s)


def _service_json(service: ServiceReport) -> dict[str, Any]:
    return {
        "offered": service.offered,
        "answered": service.answered,
        "abandoned": service.abandoned,
        "unanswered": service.unanswered,
        "mean_wait_s": _estimate(service.mean_wait_s),
        "within_limit": _estimate(service.within_limit),
        "abandon_rate": _estimate(service.abandon_rate),
        "erlang": _erlang_json(service),
    }


def _erlang_json(service: ServiceReport) -> dict[str, Any]:
    if service.erlang is None:
        return {"model": None, "why": service.no_erlang}
    one = service.erlang
    finite = one.mean_wait_s if one.mean_wait_s != float("inf") else None
    return {
        "model": one.model,
        "mean_wait_s": finite,
        "within_limit": one.within_limit,
        "abandon_rate": one.abandon_rate,
        "occupancy": one.occupancy,
    }


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return None if one is None else {"value": one.value, "low": one.low, "high": one.high}
