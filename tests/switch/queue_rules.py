"""The rules of distribution as the requirements tell them, for any two (call, seat) pairs: which of them goes first.

Written from the words of R-113 to R-120 and of issue 5, not from kmcc.switch.queue.cost: an oracle shares no code with
what it judges. It compares two pairs at a time, clause by clause; the best of a set is the pair that beats all others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Desk:
    """A seat. `idle` orders seats by how long they have been idle: the lower, the longer."""

    name: str
    is_integrated: bool
    skills: dict[str, int]
    languages: tuple[str, ...] = ("zh",)
    host: str | None = None
    board: str | None = None
    idle: float = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """A call. `came` orders calls by their arrival; `needs` are its service and, after a while, a second one."""

    name: str
    needs: tuple[str | None, ...] = (None,)
    grade: Literal["ordinary", "important", "vip"] = "ordinary"
    is_transferred: bool = False
    came: tuple[int, int] = (0, 0)
    language: str | None = None
    host: str | None = None
    board: str | None = None
    passed_by: str | None = None
    talked_with: str | None = None
    given_to: str | None = None
    is_callback: bool = field(default=False, compare=False)


Pair = tuple[Wish, Desk]
WEIGHT = {"ordinary": 0, "important": 1, "vip": 2}


def fits(wish: Wish, desk: Desk) -> bool:
    if wish.given_to:  # a chief said so
        return wish.given_to == desk.name
    if wish.passed_by == desk.name:  # to another seat
        return False
    if wish.language and wish.language not in desk.languages:
        return False
    if desk.is_integrated:  # integrated seats serve every business and unknown needs
        return True
    return any(need in desk.skills for need in wish.needs if need)


def goes_first(one: Wish, other: Wish) -> bool:
    """Of two different calls, whether the first is served before the other."""
    if one.is_transferred != other.is_transferred:  # "highest priority"
        return one.is_transferred
    if one.grade != other.grade:
        return WEIGHT[one.grade] > WEIGHT[other.grade]
    return one.came < other.came  # first-come within priority


def is_better_for(wish: Wish, one: Desk, other: Desk, *, spare_levels: bool = True) -> bool:
    """Of two different seats that fit, whether the call gets the first."""
    if wish.talked_with in (one.name, other.name):
        return wish.talked_with == one.name
    higher = best_level(wish, one) - best_level(wish, other)
    if wish.grade != "ordinary" and higher:  # the seat with the highest grade in that business
        return higher > 0
    if one.is_integrated != other.is_integrated:  # it is the higher; R-115: it comes after the professional
        return one.is_integrated == (wish.grade != "ordinary")
    if wish.grade == "ordinary" and spare_levels and higher:  # not given grade 3 first when lower fit
        return higher < 0
    ways = paths(wish, one), paths(wish, other)
    if ways[0] != ways[1]:  # as few voice-path transfers as possible
        return ways[0] < ways[1]
    return (one.idle, one.name) < (other.idle, other.name)


def best_level(wish: Wish, desk: Desk) -> int:
    """The seat's grade in what the caller wants; whoever wants he does not know what gets the seat's best."""
    if None in wish.needs:
        return max(desk.skills.values(), default=0)
    return max(desk.skills.get(str(need), 0) for need in wish.needs)


def paths(wish: Wish, desk: Desk) -> int:
    """0 within a board, 1 between boards of a host, 2 between hosts; a place nobody knows may be anywhere."""
    if wish.host is None or desk.host is None or wish.host != desk.host:
        return 2
    return int(wish.board != desk.board)


def beats(one: Pair, other: Pair, *, spare_levels: bool = True) -> bool:
    if one[0].name != other[0].name:
        return goes_first(one[0], other[0])
    return is_better_for(one[0], one[1], other[1], spare_levels=spare_levels)


def best(wishes: Iterable[Wish], desks: Sequence[Desk], *, spare_levels: bool = True) -> Pair | None:
    """The pair that beats every other of those that fit. AssertionError when there is no such one, or more."""
    pairs = [(wish, desk) for wish in wishes for desk in desks if fits(wish, desk)]
    champions = [
        one for one in pairs if all(one is other or beats(one, other, spare_levels=spare_levels) for other in pairs)
    ]
    assert len(champions) == (1 if pairs else 0), "the order is total"
    return champions[0] if champions else None
