"""The queue machine as stories: waiting, limits, races, and who keeps his place."""

import pytest

from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.queue.effects import Effect, GiveUp, GiveUpReason, Offer, SeatChanged, Waiting, Withdraw
from kmcc.switch.queue.errors import DuplicateCallError, UnknownSeatError
from kmcc.switch.queue.events import (
    CallGone,
    CallWaiting,
    OfferAccepted,
    OfferRefused,
    RefusalReason,
    SeatPauses,
    SeatResumes,
    SeatSignsIn,
    SeatSignsOut,
    TalkEnded,
)
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Grade, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats


def seat(name: str, **skills: int) -> SeatProfile:
    kind = SeatKind.PROFESSIONAL if skills else SeatKind.INTEGRATED
    return SeatProfile(name, kind, skills, ("zh",))


def manned(settings: QueueSettings | None = None, *profiles: SeatProfile) -> QueueMachine:
    machine = QueueMachine(settings or QueueSettings(wrap_up_ms=0))
    for profile in profiles or (seat("s1"),):
        machine.receive(SeatSignsIn(profile, 0))
    return machine


def offers(out: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.call, effect.seat) for effect in out if isinstance(effect, Offer)]


def busy(machine: QueueMachine, call: str, name: str, at_ms: int = 0) -> None:
    assert offers(machine.receive(CallWaiting(call, at_ms))) == [(call, name)]
    machine.receive(OfferAccepted(name, call, at_ms))


def test_a_whole_call() -> None:
    machine = manned(QueueSettings(wrap_up_ms=5_000))
    offer = machine.receive(CallWaiting("c1", 100))
    assert offer == (
        Offer("c1", "s1", 20_000),
        StartTimer("lease/s1/1", 20_000),
        SeatChanged("s1", SeatState.READY, SeatState.RESERVED, "c1"),
    )
    assert machine.receive(OfferAccepted("s1", "c1", 900)) == (
        StopTimer("lease/s1/1"),
        SeatChanged("s1", SeatState.RESERVED, SeatState.TALKING, "c1"),
    )
    assert machine.receive(TalkEnded("s1", 9_000)) == (
        StartTimer("wrap-up/s1/2", 5_000),
        SeatChanged("s1", SeatState.TALKING, SeatState.WRAP_UP),
    )
    assert machine.receive(Expired("wrap-up/s1/2")) == (SeatChanged("s1", SeatState.WRAP_UP, SeatState.READY),)


def test_first_come_first_served() -> None:
    machine = manned()
    busy(machine, "c0", "s1")
    assert machine.receive(CallWaiting("c1", 1)) == (Waiting("c1", 1, 0),)
    assert machine.receive(CallWaiting("c2", 1)) == (Waiting("c2", 2, 1),)
    assert machine.place_of("c2") == (2, 1)
    assert offers(machine.receive(TalkEnded("s1", 2))) == [("c1", "s1")]
    assert machine.place_of("c2") == (1, 0)
    assert machine.place_of("c1") is None


def test_position_counts_the_own_service_and_ahead_counts_all() -> None:
    machine = manned(None, seat("s1", bills=1, faults=1))
    machine.receive(CallWaiting("c0", 0, service="bills"))
    machine.receive(CallWaiting("c1", 1, service="bills"))
    assert machine.receive(CallWaiting("c2", 2, service="faults")) == (Waiting("c2", position=1, ahead=1),)


def test_a_transfer_overtakes_twenty_and_goes_to_a_new_seat() -> None:
    machine = manned(None, seat("s1"), seat("s2"))
    busy(machine, "a", "s1")
    busy(machine, "b", "s2")
    for n in range(20):
        machine.receive(CallWaiting(f"c{n}", 10 + n, grade=Grade.VIP))
    assert offers(machine.receive(TalkEnded("s1", 50))) == [("c0", "s1")]
    passed_on = CallWaiting("a", 51, transferred=Transferred.YES, passed_by="s1")
    assert machine.receive(passed_on) == (Waiting("a", 1, 0),)
    machine.receive(OfferAccepted("s1", "c0", 52))
    assert offers(machine.receive(TalkEnded("s1", 53))) == [("c1", "s1")]  # never back to the seat it came from
    assert offers(machine.receive(TalkEnded("s2", 54))) == [("a", "s2")]


def test_a_transfer_does_not_come_back_though_its_old_seat_is_idle_longest() -> None:
    machine = manned(None, seat("s1"), seat("s2"))
    assert offers(machine.receive(CallWaiting("a", 1, transferred=Transferred.YES, passed_by="s1"))) == [("a", "s2")]


def test_a_caller_who_is_refused_keeps_his_age() -> None:
    machine = manned(None, seat("s1"), seat("s2"))
    machine.receive(SeatPauses("s2", "meal", 0))
    machine.receive(CallWaiting("c1", 10))
    machine.receive(CallWaiting("c2", 20))
    out = machine.receive(OfferRefused("s1", "c1", RefusalReason.NO_ANSWER, 30))
    assert out[-1] == Waiting("c1", 1, 0)
    assert offers(machine.receive(SeatResumes("s2", 40))) == [("c1", "s2")]


def test_a_refused_caller_goes_to_the_next_free_seat_at_once() -> None:
    machine = manned(None, seat("s1"), seat("s2"))
    machine.receive(CallWaiting("c1", 10))
    assert offers(machine.receive(OfferRefused("s1", "c1", RefusalReason.REFUSED, 30))) == [("c1", "s2")]


def test_a_callback_takes_the_place_of_the_lost_call() -> None:
    machine = manned()
    busy(machine, "c0", "s1")
    machine.receive(CallWaiting("c1", 1_000))
    machine.receive(CallWaiting("c2", 2_000))
    assert machine.receive(CallGone("c1", 3_000)) == ()
    assert machine.receive(CallWaiting("callback c1", 4_000, arrived_ms=1_000)) == (Waiting("callback c1", 1, 0),)


def test_hanging_up_while_it_rings_frees_the_seat_for_the_next() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10))
    machine.receive(CallWaiting("c2", 20))
    out = machine.receive(CallGone("c1", 30))
    assert out[:2] == (StopTimer("lease/s1/1"), Withdraw("c1", "s1"))
    assert offers(out) == [("c2", "s1")]


def test_an_offer_that_came_to_nothing_does_not_cost_the_seat_its_turn() -> None:
    machine = manned(None, seat("s1"), seat("s2"))
    machine.receive(SeatPauses("s2", "meal", 5))
    machine.receive(SeatResumes("s2", 6))
    machine.receive(CallWaiting("c1", 10))
    machine.receive(CallGone("c1", 30))
    assert offers(machine.receive(CallWaiting("c2", 40))) == [("c2", "s1")]


@pytest.mark.parametrize("late", [OfferAccepted("s1", "c1", 31), OfferAccepted("s1", "never", 31)])
def test_an_answer_that_crossed_the_hang_up_is_withdrawn_again(late: OfferAccepted) -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10))
    machine.receive(CallGone("c1", 30))
    assert machine.receive(late) == (Withdraw(late.call, "s1"),)
    assert machine.seats()[0].state is SeatState.READY


def test_a_stopped_timer_that_still_fires_changes_nothing() -> None:
    machine = manned()
    machine.receive(CallWaiting("c1", 10))
    machine.receive(CallGone("c1", 20))
    machine.receive(CallWaiting("c2", 30))
    before = machine.seats()
    assert machine.receive(Expired("lease/s1/1")) == ()
    assert machine.seats() == before


def test_hang_up_in_talk_is_told_by_talk_ended() -> None:
    machine = manned()
    busy(machine, "c1", "s1")
    assert machine.receive(CallGone("c1", 5)) == ()
    assert machine.receive(CallGone("nobody", 5)) == ()
    assert machine.seats()[0].call == "c1"


def test_the_longest_wait() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0, max_wait_ms=60_000))
    busy(machine, "c0", "s1")
    out = machine.receive(CallWaiting("c1", 1_000))
    assert out == (StartTimer("wait/c1/2", 60_000), Waiting("c1", 1, 0))
    assert machine.receive(Expired("wait/c1/2")) == (GiveUp("c1", GiveUpReason.MAXIMUM_WAIT),)
    assert machine.waiting() == ()


def test_the_longest_wait_goes_on_behind_an_offer() -> None:
    machine = manned(QueueSettings(wrap_up_ms=0, max_wait_ms=60_000), seat("s1"), seat("s2"))
    machine.receive(CallWaiting("c1", 1_000))
    machine.receive(SeatPauses("s2", "meal", 1_000))
    out = machine.receive(OfferRefused("s1", "c1", RefusalReason.REFUSED, 41_000))
    assert StartTimer("wait/c1/2", 20_000) in out
    assert StopTimer("wait/c1/2") in machine.receive(SeatResumes("s1", 50_000))
    out = machine.receive(OfferRefused("s1", "c1", RefusalReason.REFUSED, 61_000))
    assert out[-1] == GiveUp("c1", GiveUpReason.MAXIMUM_WAIT)


def test_the_longest_line_counts_one_service_and_lets_transfers_in() -> None:
    machine = manned(QueueSettings(max_length=1))
    busy(machine, "c0", "s1")
    assert machine.receive(CallWaiting("c1", 1, service="bills")) == (Waiting("c1", 1, 0),)
    assert machine.receive(CallWaiting("c2", 2, service="bills")) == (GiveUp("c2", GiveUpReason.MAXIMUM_LENGTH),)
    assert machine.receive(CallWaiting("c3", 3, service="faults")) == (Waiting("c3", 1, 1),)
    passed_on = CallWaiting("c4", 4, service="bills", transferred=Transferred.YES)
    assert machine.receive(passed_on) == (Waiting("c4", 1, 0),)


def test_nobody_there_who_could_serve() -> None:
    machine = manned(None, seat("s1", bills=1))
    assert machine.receive(CallWaiting("c1", 1, service="faults")) == (GiveUp("c1", GiveUpReason.NO_SEAT),)
    assert machine.receive(CallWaiting("c2", 1)) == (GiveUp("c2", GiveUpReason.NO_SEAT),)
    wrong_language = CallWaiting("c3", 1, service="bills", language="en")
    assert machine.receive(wrong_language) == (GiveUp("c3", GiveUpReason.NO_SEAT),)


def test_the_last_seat_that_could_serve_goes_home() -> None:
    machine = manned(None, seat("s1", bills=1), seat("s2", faults=1))
    for name in ("s1", "s2"):
        machine.receive(SeatPauses(name, "meal", 0))
    machine.receive(CallWaiting("c1", 1, service="bills"))
    machine.receive(CallWaiting("c2", 2, service="faults"))
    assert GiveUp("c1", GiveUpReason.NO_SEAT) in machine.receive(SeatSignsOut("s1", 3))
    assert [caller.call for caller in machine.waiting()] == ["c2"]


def test_callers_may_wait_for_the_first_seat_of_the_day() -> None:
    machine = QueueMachine(QueueSettings(without_seats=WithoutSeats.WAIT))
    assert machine.receive(CallWaiting("c1", 1)) == (Waiting("c1", 1, 0),)
    assert offers(machine.receive(SeatSignsIn(seat("s1"), 2))) == [("c1", "s1")]


def test_a_seat_that_comes_back_with_other_skills() -> None:
    machine = manned(None, seat("s1", bills=1))
    machine.receive(SeatSignsOut("s1", 1))
    machine.receive(SeatSignsIn(seat("s1", faults=1), 2))
    assert offers(machine.receive(CallWaiting("c1", 3, service="faults"))) == [("c1", "s1")]


def test_what_cannot_be() -> None:
    machine = manned()
    with pytest.raises(UnknownSeatError, match="SeatResumes names seat s9"):
        machine.receive(SeatResumes("s9", 1))
    machine.receive(CallWaiting("c1", 1))
    with pytest.raises(DuplicateCallError, match="already with seat s1"):
        machine.receive(CallWaiting("c1", 2))
    machine.receive(CallWaiting("c2", 1))
    with pytest.raises(DuplicateCallError, match="already waiting"):
        machine.receive(CallWaiting("c2", 2))


def test_time_never_runs_back() -> None:
    machine = manned()
    busy(machine, "c0", "s1", at_ms=1_000)
    machine.receive(CallWaiting("c1", 999))
    assert machine.waiting()[0].arrived_ms == 1_000
