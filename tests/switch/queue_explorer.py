"""Looks at every state that a small system can reach, breadth first; `python -m tests.switch.queue_explorer` the large
ones, into docs/proofs/queue-states.json (`make proofs`).

States that differ in nothing that decides what can follow are one: times count from now, ages by their order, calls are
used again. So the number of states is finite and, where the search ends by itself, each history of any length is one
way through them.
"""

import json
import pickle
import sys
from array import array
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from tests.switch.queue_systems import SYSTEMS
from tests.switch.queue_world import System, World, events_of, step

from kmcc.switch.queue.events import Event
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.queue.parties import Caller
from kmcc.switch.queue.seat import OFFERED, Seat, SeatState

Key = tuple[Hashable, ...]

RESULTS: Final = Path(__file__).parents[2] / "docs" / "proofs" / "queue-states.json"
MOST_STATES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Explored:
    """`depth` is how many events the furthest state is away from the empty centre. `is_whole`: nothing was left out."""

    system: str
    states: int
    steps: int
    refused: int
    depth: int
    is_whole: bool
    returns: int | None
    """States from which there is a way to one in which nobody calls; None when not all states were looked at."""


class HistoryError(AssertionError):
    """Something does not hold after this history."""

    def __init__(self, system: System, history: list[object], why: AssertionError) -> None:
        lines = "\n  ".join(map(str, history))
        super().__init__(f"{system.name}: {why}\n  {lines}")


class Explorer:
    """One search. `most_states` ends it early. A state is known by the hash of its key: 64 bits, so that of a million
    states two are taken for one with a chance of 1 in 10^7."""

    def __init__(self, system: System, most_states: int, told: Callable[[int, int], None] | None = None) -> None:
        self._system = system
        self._most = most_states
        self._told = told
        self._numbers: dict[int, int] = {}
        self._parents: list[tuple[int, object]] = []
        self._depths: list[int] = []
        self._ways = array("i")  # from, to, from, to ...
        self._rest: deque[tuple[int, bytes]] = deque()
        self._empty: list[int] = []
        self.steps = self.refused = 0

    def run(self) -> Explored:
        self._meet(World(QueueMachine(self._system.settings)), -1, None)
        while self._rest and len(self._numbers) < self._most:
            self._look_from(*self._rest.popleft())
            if self._told is not None:
                self._told(len(self._numbers), len(self._rest))
        is_whole = not self._rest
        return Explored(
            self._system.name,
            len(self._numbers),
            self.steps,
            self.refused,
            self._depths[-1],
            is_whole,
            self._returning() if is_whole else None,
        )

    def _look_from(self, number: int, octets: bytes) -> None:
        world: World = pickle.loads(octets)
        before = key_of(world)
        for event in list(events_of(self._system, world)):
            after = self._step(world, event, before, number)
            if after != before:
                self._meet(world, number, event, after)
                world = pickle.loads(octets)

    def _step(self, world: World, event: Event, before: Key, number: int) -> Key:
        self.steps += 1
        try:
            effects = step(self._system, world, event)
            after = key_of(world)
            assert effects is not None or after == before, "what is refused changes nothing"
        except AssertionError as why:
            raise HistoryError(self._system, [*self._history(number), event], why) from why
        self.refused += effects is None
        return after

    def _meet(self, world: World, parent: int, event: object, key: Key | None = None) -> None:
        known = hash(key_of(world) if key is None else key)
        number = self._numbers.get(known)
        if number is None:
            number = self._numbers[known] = len(self._numbers)
            self._parents.append((parent, event))
            self._depths.append(0 if parent < 0 else self._depths[parent] + 1)
            self._rest.append((number, pickle.dumps(world, protocol=5)))
            if not world.ledger.age:
                self._empty.append(number)
        if parent >= 0:
            self._ways.extend((parent, number))

    def _history(self, number: int) -> list[object]:
        events = []
        while number > 0:
            number, event = self._parents[number]
            events.append(event)
        return events[::-1]

    def _returning(self) -> int:
        """How many states have a way to an empty one, backwards along all ways."""
        ways = np.array(self._ways, dtype=np.int32).reshape(-1, 2)
        ways = ways[np.argsort(ways[:, 1], kind="stable")]
        starts = np.searchsorted(ways[:, 1], np.arange(len(self._numbers) + 1))
        rest = list(self._empty)
        found = set(rest)
        while rest:
            number = rest.pop()
            for before in ways[starts[number] : starts[number + 1], 0].tolist():
                if before not in found:
                    found.add(before)
                    rest.append(before)
        return len(found)


# --- which states are one ---------------------------------------------------------------------------------------------


def key_of(world: World) -> Key:
    """All of the machine that decides what can follow."""
    machine = world.machine
    now_ms, room, book = machine._now_ms, machine._room, machine._room.book
    limit_ms = _longest_limit_ms(machine)
    seats = list(machine._seating._seats.values())
    callers = [*machine.waiting(), *(s.caller for s in seats if s.caller is not None and s.state in OFFERED)]
    resting = [one.caller for one in book._by_call.values() if one.caller not in callers]
    redials = [
        (number, gone_ms - now_ms, came_ms)
        for number, (gone_ms, came_ms) in machine._callbacks._redials._gone.items()
        if gone_ms + machine._settings.callbacks.redial_ms > now_ms
    ]
    came = _ranks([now_ms, *(c.arrived_ms for c in [*callers, *resting]), *(came_ms for _, _, came_ms in redials)])
    turns = _ranks([c.turn for c in [*callers, *resting]])
    idle = _ranks([s.idle_since_ms for s in seats if s.state in (SeatState.READY, *OFFERED)])
    return (
        tuple(
            (*_caller_key(c), came[c.arrived_ms], turns[c.turn], min(now_ms - c.entered_ms, limit_ms))
            for c in [*callers, *resting]
        ),
        came[now_ms],
        tuple((s.id, *_seat_key(s, idle)) for s in seats),
        tuple(sorted((t.kind.value, t.owner, t.due_ms - now_ms) for t in machine._timers._running.values())),
        tuple((number, gone, came[came_ms]) for number, gone, came_ms in redials),
        tuple(
            (call, one.number, one.state, one.attempts, one.expiry is None, one.retry is None)
            for call, one in book._by_call.items()
        ),
        tuple(sorted(room.closed)),
    )


def _caller_key(caller: Caller) -> Key:
    return caller.call, caller.grade, caller.overflow, caller.is_callback


def _seat_key(seat: Seat, idle: dict[int, int]) -> Key:
    call = None if seat.caller is None else seat.caller.call
    counts = seat.state in (SeatState.READY, *OFFERED)
    rank = idle[seat.idle_since_ms] if counts else None
    noted = (seat.noted, seat.noted_reason, seat.is_forced, seat.forced_reason)
    return (seat.state, seat.reason, call, rank, seat.timer is None, *noted)


def _longest_limit_ms(machine: QueueMachine) -> int:
    settings = machine._settings
    rules = [settings.rules(None), *settings.services.values()]
    limits = [r.max_wait_ms or 0 for r in rules] + [r.overflow_ms for r in rules if r.overflow is not None]
    return max(limits)


def _ranks(values: list[int]) -> dict[int, int]:
    return {value: rank for rank, value in enumerate(sorted(set(values)))}


def main() -> None:
    """Every system to its end, or as far as the memory goes."""

    def told(states: int, rest: int) -> None:
        if sys.stderr.isatty() and states % 100 == 0:
            print(f"\r{system.name}: {states} states, {rest} to look from  ", end="", file=sys.stderr)

    found = []
    for system in SYSTEMS:
        found.append(asdict(Explorer(system, MOST_STATES, told).run()))
        print(found[-1], flush=True)
        kept = {"date": datetime.now(UTC).date().isoformat(), "systems": found}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
