"""The four rules of distribution and 就近分配 as one cost of a (call, seat) pair: requirements R-113 to R-120.

First eligibility, then the lowest cost of all eligible pairs is offered. The cost is a tuple, compared from the left:

  the call   1  transferred before not transferred                            rule 3
             2  higher grade first                                            rule 4
             3  earlier arrival first, then the order in which they came      R-120
  the seat   -  the seat that talked with him before, when it is ready     last agent
             4  important and VIP callers: highest level in the service,      rule 4, R-119
                of equal levels the integrated seat is the higher
                ordinary callers: professional seat before integrated seat,   rule 1
                of those the lowest level that fits (setting LevelPolicy)     R-118
             5  shortest way between circuit and seat                         就近分配
             6  longest idle, then the seat's id: a total order
Rule 2 (need unknown: integrated seats only) is a matter of eligibility. The call's part never looks at the seat and
decides first, so nobody overtakes except by rules 3 and 4 or because the seat cannot serve the one ahead.
"""

from enum import Enum

from kmcc.switch.queue.parties import Caller, Grade, SeatKind, SeatProfile, Transferred, path_cost

CallRank = tuple[int, int, int, int]
SeatRank = tuple[int, int, int, int, int, str]
Cost = tuple[CallRank, SeatRank]


class LevelPolicy(Enum):
    """Which levels an ordinary caller gets."""

    SPARE_HIGHEST = "spare highest"  # high levels are kept free for the important as long as lower ones fit
    ANY = "any"


def can_serve(profile: SeatProfile, service: str | None, language: str | None) -> bool:
    """Whether the seat has the skill (an integrated seat has every one) and speaks the language."""
    if language is not None and language not in profile.languages:
        return False
    if profile.kind is SeatKind.INTEGRATED:
        return True
    return service is not None and service in profile.skills


def eligible(caller: Caller, profile: SeatProfile) -> bool:
    """A call that was passed on goes to a new seat, never back to the one that passed it; one that was given to a seat
    goes to that seat."""
    if caller.only is not None:
        return profile.seat == caller.only
    if profile.seat == caller.passed_by:
        return False
    return any(can_serve(profile, service, caller.language) for service in caller.services)


def call_rank(caller: Caller) -> CallRank:
    is_fresh = 0 if caller.transferred is Transferred.YES else 1
    return is_fresh, -caller.grade, caller.arrived_ms, caller.turn


def seat_rank(caller: Caller, profile: SeatProfile, idle_since_ms: int, policy: LevelPolicy) -> SeatRank:
    is_stranger = 0 if profile.seat == caller.last_seat else 1
    is_integrated = 1 if profile.kind is SeatKind.INTEGRATED else 0
    level = max(profile.level(service) for service in caller.services)
    way = path_cost(caller.near, profile.near)
    if caller.grade > Grade.ORDINARY:
        return is_stranger, -level, -is_integrated, way, idle_since_ms, profile.seat
    spared = level if policy is LevelPolicy.SPARE_HIGHEST else 0
    return is_stranger, is_integrated, spared, way, idle_since_ms, profile.seat


def cost(caller: Caller, profile: SeatProfile, idle_since_ms: int, policy: LevelPolicy) -> Cost:
    """The cost of an eligible pair; lower is better, no two pairs are equal."""
    return call_rank(caller), seat_rank(caller, profile, idle_since_ms, policy)
