"""The cost function and the machine's choice against a brute-force oracle over random sets of calls and seats."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.switch.queue_rules import Desk, Pair, Wish, best

from kmcc.switch.queue.cost import LevelPolicy, cost, eligible
from kmcc.switch.queue.effects import Effect, Offer
from kmcc.switch.queue.events import CallWaiting, SeatPauses, SeatResumes, SeatSignsIn
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Caller, Grade, Place, SeatKind, SeatProfile, Transferred
from kmcc.switch.queue.settings import QueueSettings, WithoutSeats

SEATS = tuple(f"s{n}" for n in range(6))
SERVICES = ("bills", "faults", "lines")

places = st.sampled_from([(None, None), ("h1", "b1"), ("h1", "b2"), ("h2", "b1")])
some_seat = st.sampled_from([None, None, None, *SEATS])


@st.composite
def desk_sets(draw: st.DrawFn) -> list[Desk]:
    desks = []
    for name in draw(st.lists(st.sampled_from(SEATS), unique=True, min_size=1)):
        host, board = draw(places)
        desks.append(
            Desk(
                name,
                is_integrated=draw(st.booleans()),
                skills=draw(st.dictionaries(st.sampled_from(SERVICES), st.integers(1, 3))),
                languages=draw(st.sampled_from([("zh",), ("en",), ("zh", "en")])),
                host=host,
                board=board,
                idle=draw(st.integers(0, 2)),
            )
        )
    return desks


@st.composite
def wish_sets(draw: st.DrawFn) -> list[Wish]:
    wishes = []
    for turn in range(draw(st.integers(1, 6))):
        host, board = draw(places)
        wishes.append(
            Wish(
                f"c{turn}",
                needs=(draw(st.sampled_from([None, *SERVICES])),),
                grade=draw(st.sampled_from(["ordinary", "ordinary", "important", "vip"])),
                is_transferred=draw(st.sampled_from([False, False, False, True])),
                came=(draw(st.integers(10, 13)), turn),
                language=draw(st.sampled_from([None, None, "zh", "en"])),
                host=host,
                board=board,
                passed_by=draw(some_seat),
                talked_with=draw(some_seat),
                given_to=draw(some_seat),
            )
        )
    return wishes


def place(host: str | None, board: str | None) -> Place | None:
    return None if host is None or board is None else Place(host, board)


def profile(desk: Desk) -> SeatProfile:
    kind = SeatKind.INTEGRATED if desk.is_integrated else SeatKind.PROFESSIONAL
    return SeatProfile(desk.name, kind, desk.skills, desk.languages, place(desk.host, desk.board))


def caller(wish: Wish) -> Caller:
    return Caller(
        call=wish.name,
        service=wish.needs[0],
        language=wish.language,
        grade=Grade[wish.grade.upper()],
        transferred=Transferred.YES if wish.is_transferred else Transferred.NO,
        near=place(wish.host, wish.board),
        passed_by=wish.passed_by,
        arrived_ms=wish.came[0],
        entered_ms=wish.came[0],
        turn=wish.came[1],
        last_seat=wish.talked_with,
        only=wish.given_to,
        overflow=wish.needs[1] if len(wish.needs) > 1 else None,
    )


def call_waiting(wish: Wish) -> CallWaiting:
    one = caller(wish)
    return CallWaiting(
        call=wish.name,
        at_ms=20,
        service=one.service,
        grade=one.grade,
        transferred=one.transferred,
        language=one.language,
        near=one.near,
        passed_by=one.passed_by,
        arrived_ms=one.arrived_ms,
        last_seat=one.last_seat,
        only=one.only,
    )


def named(pair: Pair | None) -> list[tuple[str, str]]:
    return [] if pair is None else [(pair[0].name, pair[1].name)]


def offers(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    return [(effect.call, effect.seat) for effect in effects if isinstance(effect, Offer)]


policies = st.sampled_from(LevelPolicy)


@settings(deadline=None, max_examples=200)
@given(wish_sets(), desk_sets(), st.data(), policies)
def test_the_lowest_cost_is_the_pair_that_the_rules_prefer(
    wishes: list[Wish], desks: list[Desk], data: st.DataObject, policy: LevelPolicy
) -> None:
    """Over all pairs at once, callers whose second service counts by now among them."""
    seconds = data.draw(st.lists(st.sampled_from([None, *SERVICES]), min_size=len(wishes), max_size=len(wishes)))
    wishes = [
        replace(wish, needs=(*wish.needs, second)) if second else wish
        for wish, second in zip(wishes, seconds, strict=True)
    ]
    pairs = [(wish, desk) for wish in wishes for desk in desks if eligible(caller(wish), profile(desk))]
    lowest = min(
        pairs, key=lambda pair: cost(caller(pair[0]), profile(pair[1]), round(pair[1].idle), policy), default=None
    )
    assert named(lowest) == named(best(wishes, desks, spare_levels=policy is LevelPolicy.SPARE_HIGHEST))


@settings(deadline=None, max_examples=100)
@given(wish_sets(), desk_sets(), policies)
def test_a_call_that_comes_gets_the_seat_that_the_rules_prefer(
    wishes: list[Wish], desks: list[Desk], policy: LevelPolicy
) -> None:
    machine = QueueMachine(QueueSettings(levels=policy, without_seats=WithoutSeats.WAIT))
    for desk in sorted(desks, key=lambda desk: desk.idle):
        machine.receive(SeatSignsIn(profile(desk), round(desk.idle)))
    best_pair = best(wishes[:1], desks, spare_levels=policy is LevelPolicy.SPARE_HIGHEST)
    assert offers(machine.receive(call_waiting(wishes[0]))) == named(best_pair)


@settings(deadline=None, max_examples=100)
@given(wish_sets(), desk_sets())
def test_a_seat_that_is_free_gets_the_call_that_the_rules_prefer(wishes: list[Wish], desks: list[Desk]) -> None:
    machine = QueueMachine(QueueSettings(without_seats=WithoutSeats.WAIT))
    for desk in desks:
        machine.receive(SeatSignsIn(profile(desk), 0))
        machine.receive(SeatPauses(desk.name, "meal", 0))
    for wish in wishes:
        machine.receive(call_waiting(wish))
    waiting = [replace(wish, came=(wish.came[0], turn)) for turn, wish in enumerate(wishes)]
    for desk in desks:
        offered = offers(machine.receive(SeatResumes(desk.name, 30)))
        assert offered == named(best(waiting, [desk]))
        waiting = [wish for wish in waiting if [wish.name] != [call for call, _ in offered]]
    assert [one.call for one in machine.waiting()] == [
        wish.name for wish in sorted(waiting, key=lambda w: (not w.is_transferred, -Grade[w.grade.upper()], w.came))
    ]
