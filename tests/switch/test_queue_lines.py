"""The two indexes against plain lists that are sorted and searched whole."""

from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.queue.cost import LevelPolicy, call_rank, eligible, seat_rank
from kmcc.switch.queue.lines import Staff, WaitingLine
from kmcc.switch.queue.parties import Caller, Grade, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.seat import Seat

PROFILES = [
    SeatProfile("s0", SeatKind.PROFESSIONAL, {"bills": 1}, ("zh",)),
    SeatProfile("s1", SeatKind.PROFESSIONAL, {"bills": 1}, ("zh",)),
    SeatProfile("s2", SeatKind.PROFESSIONAL, {"faults": 2, "bills": 1}, ("zh", "en")),
    SeatProfile("s3", SeatKind.INTEGRATED, {"bills": 3}, ("zh",)),
    SeatProfile("s4", SeatKind.INTEGRATED, {"bills": 3}, ("zh",)),
]
wishes = st.tuples(
    st.sampled_from([None, "bills", "faults"]),
    st.sampled_from([None, "zh", "en"]),
    st.sampled_from(Grade),
    st.sampled_from(Transferred),
    st.sampled_from([None, "s0", "s3"]),
    st.integers(0, 5),
)
Wish = tuple[str | None, str | None, Grade, Transferred, str | None, int]


def caller(turn: int, wish: Wish) -> Caller:
    service, language, grade, transferred, passed_by, arrived_ms = wish
    return Caller(f"c{turn}", service, language, grade, transferred, None, passed_by, arrived_ms, arrived_ms, turn)


@given(st.lists(st.tuples(wishes, st.booleans()), max_size=30))
def test_the_waiting_line_is_a_sorted_list(script: list[tuple[Wish, bool]]) -> None:
    line, plain = WaitingLine(), list[Caller]()
    for turn, (wish, leaves) in enumerate(script):
        one = caller(turn, wish)
        line.add(one)
        plain.append(one)
        plain.sort(key=call_rank)
        if leaves:
            gone = plain.pop(turn % len(plain))
            assert gone.call in line
            line.remove(gone)
            assert gone.call not in line
        assert list(line) == plain
        for profile in PROFILES:
            assert line.best_for(profile, callbacks=True) == next((c for c in plain if eligible(c, profile)), None)
        for ahead, each in enumerate(plain):
            own = [c for c in plain if c.service == each.service]
            assert line.place_of(each) == (own.index(each) + 1, ahead)
            assert line.length(each.service) == len(own)
    assert sorted(c.call for group in line.classes() for c in group) == sorted(c.call for c in plain)


@given(st.lists(st.integers(0, 3), min_size=5, max_size=5), st.lists(st.booleans(), min_size=5, max_size=5), wishes)
def test_the_staff_is_a_sorted_list(idle_since_ms: list[int], is_ready: list[bool], wish: Wish) -> None:
    staff, seats = Staff(), [Seat(profile) for profile in PROFILES]
    one = caller(0, wish)
    for seat, since_ms, ready in zip(seats, idle_since_ms, is_ready, strict=True):
        seat.idle_since_ms = since_ms
        staff.sign_in(seat)
        staff.add_ready(seat)
        if not ready:
            staff.remove_ready(seat)
    free = [seat for seat, ready in zip(seats, is_ready, strict=True) if ready and eligible(one, seat.profile)]
    for policy in LevelPolicy:
        ranks = {seat.id: seat_rank(one, seat.profile, seat.idle_since_ms, policy) for seat in free}
        best = staff.best_for(one, policy)
        assert (None if best is None else best.id) == min(ranks, key=lambda name: ranks[name], default=None)
    for gone in range(len(seats)):
        assert staff.can_ever_serve(one) == any(eligible(one, seat.profile) for seat in seats[gone:])
        staff.sign_out(seats[gone])
    assert not staff.can_ever_serve(one)
