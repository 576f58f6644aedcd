"""The four rules and 就近分配, one example each (requirements R-114 to R-119), seen through the machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.queue.cost import LevelPolicy, can_serve, cost, seat_rank
from kmcc.switch.queue.effects import GiveUp, Offer, Waiting
from kmcc.switch.queue.events import CallWaiting, OfferAccepted, SeatSignsIn
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Caller, Grade, Place, SeatKind, SeatProfile, Transferred, path_cost
from kmcc.switch.queue.settings import QueueSettings

PRO, INT = SeatKind.PROFESSIONAL, SeatKind.INTEGRATED
HERE, NEXT_BOARD, AWAY = Place("h1", "b1"), Place("h1", "b2"), Place("h2", "b1")


def pro(name: str, level: int = 1, near: Place | None = None) -> SeatProfile:
    return SeatProfile(name, PRO, {"faults": level}, ("zh",), near)


def integrated(name: str, level: int = 1, near: Place | None = None) -> SeatProfile:
    return SeatProfile(name, INT, {"faults": level}, ("zh",), near)


def given_to(call: CallWaiting, *profiles: SeatProfile, levels: LevelPolicy = LevelPolicy.SPARE_HIGHEST) -> str | None:
    """The seat that gets the call; seats have been idle the longer the earlier they are named."""
    machine = QueueMachine(QueueSettings(levels=levels))
    for at_ms, profile in enumerate(profiles):
        machine.receive(SeatSignsIn(profile, at_ms))
    first = machine.receive(call)[0]
    assert isinstance(first, Offer | GiveUp)
    return first.seat if isinstance(first, Offer) else None


FAULT = CallWaiting("c", 100, service="faults")
VIP = CallWaiting("c", 100, service="faults", grade=Grade.VIP)
UNKNOWN = CallWaiting("c", 100)


def test_rule_1_professional_then_integrated_then_the_line() -> None:
    machine = QueueMachine()
    machine.receive(SeatSignsIn(integrated("i"), 0))
    machine.receive(SeatSignsIn(pro("p"), 50))
    took = []
    for name in ("c1", "c2", "c3"):
        effect = machine.receive(CallWaiting(name, 100, service="faults"))[0]
        if isinstance(effect, Offer):
            took.append(effect.seat)
            machine.receive(OfferAccepted(effect.seat, name, 100))
        else:
            assert effect == Waiting("c3", 1, 0)
    assert took == ["p", "i"]


def test_rule_2_unknown_need_goes_to_an_integrated_seat_even_if_professionals_are_idle_longer() -> None:
    assert given_to(UNKNOWN, pro("p"), integrated("i")) == "i"
    assert given_to(UNKNOWN, pro("p")) is None


def test_rule_4_the_important_get_the_highest_level() -> None:
    seats = (pro("p1", 1), pro("p3", 3), pro("p2", 2))
    assert given_to(VIP, *seats) == "p3"
    assert given_to(CallWaiting("c", 100, service="faults", grade=Grade.IMPORTANT), *seats) == "p3"
    assert given_to(VIP, pro("p3", 3), integrated("i3", 3)) == "i3"  # integrated is the higher of equals
    assert given_to(CallWaiting("c", 100, grade=Grade.VIP), integrated("i1", 1), integrated("i2", 2)) == "i2"


def test_the_ordinary_spare_the_highest_level() -> None:
    seats = (pro("p3", 3), pro("p1", 1))
    assert given_to(FAULT, *seats) == "p1"
    assert given_to(FAULT, *seats, levels=LevelPolicy.ANY) == "p3"


@pytest.mark.parametrize(
    ("seats", "nearest"),
    [((AWAY, NEXT_BOARD, HERE), HERE), ((AWAY, NEXT_BOARD), NEXT_BOARD), ((None, NEXT_BOARD), NEXT_BOARD)],
)
def test_of_equal_seats_the_nearest(seats: tuple[Place | None, ...], nearest: Place) -> None:
    profiles = {f"s{n}": pro(f"s{n}", near=place) for n, place in enumerate(seats)}
    got = given_to(CallWaiting("c", 100, service="faults", near=HERE), *profiles.values())
    assert got is not None
    assert profiles[got].near == nearest


def test_rule_1_is_stronger_than_nearness_and_nearness_than_idle_time() -> None:
    near_call = CallWaiting("c", 100, service="faults", near=HERE)
    assert given_to(near_call, integrated("i", near=HERE), pro("p", near=AWAY)) == "p"
    assert given_to(near_call, pro("old", near=AWAY), pro("new", near=HERE)) == "new"
    assert given_to(FAULT, pro("z"), pro("a")) == "z"


def test_language_is_a_condition() -> None:
    english = SeatProfile("e", INT, {}, ("zh", "en"))
    call = CallWaiting("c", 100, service="faults", language="en")
    assert given_to(call, pro("p"), english) == "e"
    assert not can_serve(pro("p"), "faults", "en")


def test_path_cost_orders_board_host_other() -> None:
    ways = [path_cost(HERE, HERE), path_cost(HERE, NEXT_BOARD), path_cost(HERE, AWAY)]
    assert ways == sorted(set(ways))
    assert path_cost(HERE, None) == path_cost(None, HERE) == path_cost(HERE, AWAY)


places = st.sampled_from([None, HERE, NEXT_BOARD, AWAY])
profiles = st.builds(
    SeatProfile,
    seat=st.sampled_from([f"s{n}" for n in range(9)]),
    kind=st.sampled_from(SeatKind),
    skills=st.dictionaries(st.sampled_from(["faults", "bills"]), st.integers(1, 3)),
    languages=st.just(("zh",)),
    near=places,
)
callers = st.builds(
    Caller,
    call=st.just("c"),
    service=st.sampled_from([None, "faults", "bills"]),
    language=st.none(),
    grade=st.sampled_from(Grade),
    transferred=st.sampled_from(Transferred),
    near=places,
    passed_by=st.none(),
    arrived_ms=st.integers(0, 3),
    entered_ms=st.just(0),
    turn=st.integers(1, 9),
)


idle = st.integers(0, 2)
offered = st.tuples(callers, profiles, idle)


@given(offered, offered, st.sampled_from(LevelPolicy))
def test_the_order_is_total_and_the_call_decides_before_the_seat(
    one: tuple[Caller, SeatProfile, int], two: tuple[Caller, SeatProfile, int], policy: LevelPolicy
) -> None:
    (c1, s1, idle1), (c2, s2, idle2) = one, two
    if c1.turn != c2.turn or s1.seat != s2.seat:
        assert cost(*one, policy) != cost(*two, policy)
    by_rule_3 = c1.transferred is Transferred.YES and c2.transferred is Transferred.NO
    by_rule_4 = c1.transferred is c2.transferred and c1.grade > c2.grade
    if by_rule_3 or by_rule_4:
        assert cost(*one, policy) < cost(*two, policy)
    if c1.grade > Grade.ORDINARY and s1.level(c1.service) > s2.level(c1.service):
        assert seat_rank(c1, s1, idle1, policy) < seat_rank(c1, s2, idle2, policy)
