"""The two indexes of the queue machine: waiting calls and ready seats, sorted within classes that are served alike.

An event looks at one head a class, never at every caller or every seat.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from kmcc.switch.queue.cost import CallRank, LevelPolicy, SeatRank, call_rank, eligible, seat_rank
from kmcc.switch.queue.parties import Caller, Place, SeatKind, SeatProfile
from kmcc.switch.queue.seat import Seat, SeatState

# services, language, passed by, only, is a callback
CallClass = tuple[tuple[str | None, ...], str | None, str | None, str | None, bool]
SeatClass = tuple[SeatKind, tuple[tuple[str, int], ...], tuple[str, ...], Place | None]

Key = TypeVar("Key")
Rank = TypeVar("Rank", CallRank, tuple[int, str])


def call_class(caller: Caller) -> CallClass:
    return caller.services, caller.language, caller.passed_by, caller.only, caller.is_callback


def seat_class(profile: SeatProfile) -> SeatClass:
    return profile.kind, tuple(sorted(profile.skills.items())), tuple(sorted(profile.languages)), profile.near


class WaitingLine:
    """All waiting callers. A class is removed with its last caller."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}
        self._by_rank: dict[CallRank, Caller] = {}
        self._all: list[CallRank] = []
        self._classes: dict[CallClass, list[CallRank]] = {}
        self._services: dict[str | None, list[CallRank]] = {}

    def __contains__(self, call: str) -> bool:
        return call in self._callers

    def __iter__(self) -> Iterator[Caller]:
        """In the order in which they are served."""
        return (self._by_rank[rank] for rank in self._all)

    def get(self, call: str) -> Caller | None:
        return self._callers.get(call)

    def length(self, service: str | None) -> int:
        """How many wait for this service."""
        return len(self._services.get(service, ()))

    def add(self, caller: Caller) -> None:
        rank = call_rank(caller)
        self._callers[caller.call] = caller
        self._by_rank[rank] = caller
        insort(self._all, rank)
        insort(self._classes.setdefault(call_class(caller), []), rank)
        insort(self._services.setdefault(caller.service, []), rank)

    def remove(self, caller: Caller) -> None:
        rank = call_rank(caller)
        del self._callers[caller.call]
        del self._by_rank[rank]
        del self._all[bisect_left(self._all, rank)]
        _discard(self._classes, call_class(caller), rank)
        _discard(self._services, caller.service, rank)

    def place_of(self, caller: Caller) -> tuple[int, int]:
        """His position in the line of his service (from 1), and how many of all come before him."""
        rank = call_rank(caller)
        return bisect_left(self._services[caller.service], rank) + 1, bisect_left(self._all, rank)

    def best_for(self, profile: SeatProfile, callbacks: bool) -> Caller | None:
        """Whom this seat serves next; without `callbacks` only of those who are on the line."""
        heads = [rank for rank in self._heads(callbacks) if eligible(self._by_rank[rank], profile)]
        return self._by_rank[min(heads)] if heads else None

    def callbacks(self) -> tuple[Caller, ...]:
        """The first of each class of those who are to be called back, in the order in which they are served."""
        heads = [ranks[0] for kind, ranks in self._classes.items() if kind[-1]]
        return tuple(self._by_rank[rank] for rank in sorted(heads))

    def _heads(self, callbacks: bool) -> Iterator[CallRank]:
        return (ranks[0] for kind, ranks in self._classes.items() if callbacks or not kind[-1])

    def classes(self) -> tuple[tuple[Caller, ...], ...]:
        """The callers of each class; those of one class can be served by the same seats."""
        return tuple(tuple(self._by_rank[rank] for rank in ranks) for ranks in self._classes.values())


class Staff:
    """All seats that are signed in, and which of them are ready."""

    def __init__(self) -> None:
        self._signed_in: dict[SeatClass, dict[str, SeatProfile]] = {}
        self._ready: dict[SeatClass, list[tuple[int, str]]] = {}
        self._seats: dict[str, Seat] = {}

    def sign_in(self, seat: Seat) -> None:
        self._seats[seat.id] = seat
        self._signed_in.setdefault(seat_class(seat.profile), {})[seat.id] = seat.profile

    def sign_out(self, seat: Seat) -> None:
        kind = seat_class(seat.profile)
        del self._signed_in[kind][seat.id]
        if not self._signed_in[kind]:
            del self._signed_in[kind]

    def add_ready(self, seat: Seat) -> None:
        insort(self._ready.setdefault(seat_class(seat.profile), []), (seat.idle_since_ms, seat.id))

    def remove_ready(self, seat: Seat) -> None:
        _discard(self._ready, seat_class(seat.profile), (seat.idle_since_ms, seat.id))

    def can_ever_serve(self, caller: Caller) -> bool:
        """Whether any signed-in seat, busy or not, is eligible."""
        return any(True for _ in self._eligible_classes(caller))

    def count_for(self, caller: Caller) -> int:
        """How many signed-in seats, busy or not, serve callers like this one."""
        return 1 if caller.only is not None else sum(map(len, self._eligible_classes(caller)))

    def _eligible_classes(self, caller: Caller) -> Iterator[dict[str, SeatProfile]]:
        """Two of a class tell all, as in `best_for`; of a call that was given to one seat, only that seat."""
        for seats in self._signed_in.values():
            if caller.only is not None:
                told: Iterator[SeatProfile] = iter([seats[caller.only]] if caller.only in seats else [])
            else:
                told = islice(seats.values(), 2)
            if any(eligible(caller, profile) for profile in told):
                yield seats

    def best_for(self, caller: Caller, policy: LevelPolicy) -> Seat | None:
        """The ready seat that this caller gets. The second of a class counts too: the first may have passed him on;
        and so do the seats that he is to have, or had before."""
        ranks: list[SeatRank] = []
        for idle_since_ms, seat in self._candidates(caller):
            profile = self._seats[seat].profile
            if eligible(caller, profile):
                ranks.append(seat_rank(caller, profile, idle_since_ms, policy))
        return self._seats[min(ranks)[-1]] if ranks else None

    def _candidates(self, caller: Caller) -> Iterator[tuple[int, str]]:
        for named in {caller.only, caller.last_seat} - {None}:
            seat = self._seats.get(str(named))
            if seat is not None and seat.state is SeatState.READY:
                yield seat.idle_since_ms, seat.id
        if caller.only is None:
            for waiting in self._ready.values():
                yield from waiting[:2]


def _discard(lines: dict[Key, list[Rank]], key: Key, rank: Rank) -> None:
    line = lines[key]
    del line[bisect_left(line, rank)]
    if not line:
        del lines[key]
