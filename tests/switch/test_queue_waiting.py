"""Limits and rules of each service's line: overflow, closed hours, expected wait, the last seat, a chief's hand."""

import random
from statistics import mean

import pytest

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue.effects import Effect, GiveUp, GiveUpReason, Offer, SeatChanged, Waiting, Withdraw
from kmcc.switch.queue.errors import QueueSettingError, UnknownCallError
from kmcc.switch.queue.events import (
    CallGone,
    CallRegraded,
    CallWaiting,
    OfferAccepted,
    SeatForced,
    SeatFreed,
    SeatReassigned,
    SeatResumes,
    SeatSignsIn,
    ServiceCloses,
    ServiceOpens,
    TalkEnded,
)
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatKind, SeatProfile
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.queue.settings import QueueSettings, ServiceRules


def pro(name: str, **skills: int) -> SeatProfile:
    return SeatProfile(name, SeatKind.PROFESSIONAL, skills, ("zh",))


def manned(settings: QueueSettings, *profiles: SeatProfile) -> QueueMachine:
    machine = QueueMachine(settings)
    for profile in profiles:
        machine.receive(SeatSignsIn(profile, 0))
    return machine


def offered(out: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.call, effect.seat) for effect in out if isinstance(effect, Offer)]


def timer(out: tuple[Effect, ...], kind: str) -> Expired:
    (name,) = (e.name for e in out if isinstance(e, StartTimer) and e.name.startswith(kind))
    return Expired(name)


OVERFLOW = QueueSettings(services={"bills": ServiceRules(max_length=1, overflow="general", overflow_ms=30_000)})


def test_after_a_while_seats_of_the_second_service_may_serve() -> None:
    machine = manned(OVERFLOW, pro("b1", bills=1), pro("g1", general=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    out = machine.receive(CallWaiting("c1", 2, service="bills"))
    assert timer(out, "overflow") is not None
    assert offered(machine.receive(timer(out, "overflow"))) == [("c1", "g1")]


def test_a_line_that_is_full_overflows_at_once_and_then_refuses() -> None:
    machine = manned(OVERFLOW, pro("b1", bills=1), pro("g1", general=1))
    machine.receive(CallWaiting("g0", 0, service="general"))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(CallWaiting("c1", 2, service="bills"))
    out = machine.receive(CallWaiting("c2", 3, service="bills"))
    assert out == (Waiting("c2", 2, 1),)  # by both services, so without a timer
    machine.receive(OfferAccepted("g1", "g0", 4))
    machine.receive(TalkEnded("g1", 5))
    assert offered(machine.receive(SeatResumes("g1", 6))) == [("c2", "g1")]


def test_a_full_second_line_is_no_way_out() -> None:
    rules = {"bills": ServiceRules(max_length=0, overflow="general"), "general": ServiceRules(max_length=0)}
    machine = manned(QueueSettings(services=rules), pro("b1", bills=1), pro("g1", general=1))
    for name, service in (("c0", "bills"), ("g0", "general")):
        machine.receive(CallWaiting(name, 1, service=service))
    out = machine.receive(CallWaiting("c1", 2, service="bills"))
    assert out == (GiveUp("c1", GiveUpReason.MAXIMUM_LENGTH),)


def test_leaving_stops_the_overflow_timer() -> None:
    machine = manned(OVERFLOW, pro("b1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    out = machine.receive(CallWaiting("c1", 2, service="bills"))
    assert machine.receive(CallGone("c1", 3)) == (StopTimer(timer(out, "overflow").name),)


def test_closed_hours_refuse_who_comes_and_serve_who_waits() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("b1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(CallWaiting("c1", 2, service="bills"))
    machine.receive(ServiceCloses("bills", 3))
    assert machine.receive(CallWaiting("c2", 4, service="bills")) == (GiveUp("c2", GiveUpReason.CLOSED),)
    machine.receive(OfferAccepted("b1", "c0", 5))
    assert offered(machine.receive(TalkEnded("b1", 6))) == [("c1", "b1")]
    machine.receive(ServiceOpens("bills", 7))
    assert machine.receive(CallWaiting("c3", 8, service="bills")) == (Waiting("c3", 1, 0),)


def test_the_expected_wait_is_right_in_the_mean() -> None:
    """M/M/n with every seat busy: who finds k ahead waits (k + 1) handling times by n."""
    chance, seats, talk_s = random.Random(11), 10, 120.0
    machine = manned(QueueSettings(wrap_up_ms=0), *(pro(f"s{n}", general=1) for n in range(seats)))
    arrivals = {f"c{n}": 0.0 for n in range(3_000)}
    at_s, ends, told, waits = 0.0, list[tuple[float, str]](), dict[str, int](), dict[str, float]()

    def obey(out: tuple[Effect, ...], now_s: float) -> None:
        for effect in out:
            if isinstance(effect, Offer):
                waits[effect.call] = now_s - arrivals[effect.call]
                ends.append((now_s + chance.expovariate(1 / talk_s), effect.seat))
                obey(machine.receive(OfferAccepted(effect.seat, effect.call, round(now_s * 1000))), now_s)
            if isinstance(effect, Waiting) and effect.expected_ms is not None:
                told[effect.call] = effect.expected_ms

    for call in arrivals:
        at_s += chance.expovariate(0.9 * seats / talk_s)
        while ends and min(ends)[0] <= at_s:
            ends.remove(first := min(ends))
            obey(machine.receive(TalkEnded(first[1], round(first[0] * 1000))), first[0])
        arrivals[call] = at_s
        obey(machine.receive(CallWaiting(call, round(at_s * 1000), service="general")), at_s)
    both = [call for call in told if call in waits]
    assert len(both) > 1_000
    assert mean(told[call] / 1000 for call in both) == pytest.approx(mean(waits[call] for call in both), rel=0.15)


def test_nothing_is_promised_before_calls_were_served() -> None:
    machine = manned(QueueSettings(), pro("b1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    assert machine.receive(CallWaiting("c1", 2, service="bills")) == (Waiting("c1", 1, 0, None),)


def test_the_last_seat_is_preferred_when_it_is_ready_and_not_waited_for() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=3), pro("s2", bills=1), pro("s3", bills=1))
    again = CallWaiting("c1", 1, service="bills", last_seat="s1")
    assert offered(machine.receive(again)) == [("c1", "s1")]
    assert offered(machine.receive(CallWaiting("c2", 2, service="bills", last_seat="s1"))) == [("c2", "s2")]
    assert offered(machine.receive(CallWaiting("c3", 3, service="bills", last_seat="gone"))) == [("c3", "s3")]


def test_a_call_that_is_given_to_a_seat_waits_for_it_whatever_its_skills() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1), pro("s2", faults=1))
    machine.receive(CallWaiting("c0", 1, service="faults"))
    machine.receive(OfferAccepted("s2", "c0", 2))
    assert machine.receive(CallWaiting("c1", 3, service="bills", only="s2")) == (Waiting("c1", 1, 0),)
    assert offered(machine.receive(TalkEnded("s2", 4))) == [("c1", "s2")]
    assert machine.receive(CallWaiting("c2", 5, only="s9")) == (GiveUp("c2", GiveUpReason.NO_SEAT),)


def test_a_chief_changes_a_waiting_call() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1), pro("s2", faults=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(OfferAccepted("s1", "c0", 2))
    for n in (1, 2):
        machine.receive(CallWaiting(f"c{n}", 2 + n, service="bills"))
    assert machine.receive(CallRegraded("c2", 5, Grade.VIP)) == (Waiting("c2", 1, 0),)
    assert offered(machine.receive(CallRegraded("c1", 6, Grade.ORDINARY, only="s2"))) == [("c1", "s2")]
    with pytest.raises(UnknownCallError, match="names call c9, expected a call that waits"):
        machine.receive(CallRegraded("c9", 7, Grade.VIP))
    assert offered(machine.receive(TalkEnded("s1", 8))) == [("c2", "s1")]


def test_a_chief_sets_a_seat_aside_and_only_a_chief_brings_it_back() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    assert Withdraw("c0", "s1") in machine.receive(SeatForced("s1", "briefing", 2))
    assert (machine.seats()[0].state, machine.seats()[0].reason) == (SeatState.FORCED, "briefing")
    assert offered(machine.receive(SeatFreed("s1", 3))) == [("c0", "s1")]


@pytest.mark.parametrize("key", [SeatResumes("s1", 30), None])
def test_forced_in_talk_it_is_done_afterwards_and_the_seats_own_keys_do_not_undo_it(key: SeatResumes | None) -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(OfferAccepted("s1", "c0", 2))
    assert machine.receive(SeatForced("s1", "briefing", 20)) == ()
    if key is not None:
        machine.receive(key)
    assert machine.receive(TalkEnded("s1", 40)) == (
        SeatChanged("s1", SeatState.TALKING, SeatState.FORCED, None, "briefing"),
    )


def test_a_force_may_be_taken_back_in_talk() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(OfferAccepted("s1", "c0", 2))
    machine.receive(SeatForced("s1", "briefing", 20))
    machine.receive(SeatFreed("s1", 30))
    machine.receive(TalkEnded("s1", 40))
    assert machine.seats()[0].state is SeatState.READY


def test_a_seat_that_is_given_other_skills_serves_those_at_once() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0), pro("s1", bills=1), pro("s2", faults=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(CallWaiting("c1", 2, service="bills"))
    assert offered(machine.receive(SeatReassigned(pro("s2", bills=1), 3))) == [("c1", "s2")]
    assert offered(machine.receive(CallWaiting("c2", 4, service="faults"))) == []


def test_the_last_seat_of_a_service_that_is_given_away_leaves_no_hope() -> None:
    machine = manned(QueueSettings(), pro("s1", bills=1))
    machine.receive(CallWaiting("c0", 1, service="bills"))
    machine.receive(CallWaiting("c1", 2, service="bills"))
    out = machine.receive(SeatReassigned(pro("s1", faults=1), 3))
    assert out == (GiveUp("c1", GiveUpReason.NO_SEAT),)
    assert machine.seats()[0].call == "c0"


@pytest.mark.parametrize("wrong", [{"max_wait_ms": 0}, {"max_length": -1}, {"overflow_ms": -1}])
def test_rules_out_of_range(wrong: dict[str, int]) -> None:
    with pytest.raises(QueueSettingError, match=next(iter(wrong))):
        ServiceRules(**wrong)  # type: ignore[arg-type]
