"""The same centres in Ciw 3, an independent discrete-event simulator: its clock, its queues, its random numbers.

Ciw has no eligibility of (customer, server) pairs; its node asks the oracle of tests/switch/queue_rules.py instead,
which shares no code with the machine.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import ciw  # type: ignore[import-untyped]
from tests.switch.queue_centre import HOUR_MS, PASSED_ON, Centre, Fate, FixedChances, Stream
from tests.switch.queue_rules import Desk, Wish, best, fits, goes_first

OVERFLOWN: Final = " overflown"


class RuledNode(ciw.Node):  # type: ignore[misc]  # Ciw has no types
    """Seats and callers are brought together by the rules."""

    def __init__(self, centre: Centre, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._centre = centre
        self._wishes = {stream.name: stream.wish for stream in centre.streams}
        self._idle_since: dict[int, float] = {}
        self._last_seat: dict[Any, str] = {}

    def begin_service_if_possible_accept(self, next_individual: Any) -> None:
        next_individual.arrival_date = self.now
        if self.reneging:
            next_individual.reneging_date = self.get_reneging_date(next_individual)
        self.decide_class_change(next_individual)
        self._seek_seat(next_individual)

    def begin_service_if_possible_release(self, next_individual: Any, newly_free_server: Any) -> None:
        self._idle_since[newly_free_server.id_number] = self.now
        self._last_seat[next_individual] = self._desk(newly_free_server).name
        desk = self._desk(newly_free_server)
        first: tuple[Wish, Any] | None = None
        for individual in self.all_individuals:
            if not individual.server:
                wish = self._wish(individual)
                if fits(wish, desk) and (first is None or goes_first(wish, first[0])):
                    first = wish, individual
        if first is not None:
            self._serve(first[1], newly_free_server)

    def change_customer_class_while_waiting(self) -> None:
        individual = self.next_individual
        super().change_customer_class_while_waiting()
        self._seek_seat(individual)

    def _seek_seat(self, individual: Any) -> None:
        free = {server.id_number: server for server in self.servers if not server.busy}
        pair = best([self._wish(individual)], [self._desk(server) for server in free.values()])
        if pair is not None:
            names = {self._desk(server).name: server for server in free.values()}
            self._serve(individual, names[pair[1].name])

    def _serve(self, individual: Any, server: Any) -> None:
        self.attach_server(server, individual)
        individual.service_start_date = self.now
        individual.service_time = self.get_service_time(individual)
        individual.service_end_date = self.now + individual.service_time
        self.number_in_service += 1
        self.reset_class_change(individual)
        server.next_end_service_date = individual.service_end_date

    def _desk(self, server: Any) -> Desk:
        desk = self._centre.desks[int(server.id_number) - 1]
        return replace(desk, idle=self._idle_since.get(server.id_number, 0))

    def _wish(self, individual: Any) -> Wish:
        kind: str = individual.customer_class
        stream = kind.removesuffix(PASSED_ON).removesuffix(OVERFLOWN)
        wish = self._wishes[stream]
        needs = wish.needs
        if kind.endswith(OVERFLOWN):
            needs = (*needs, self._centre.overflow[str(needs[0])][0])
        is_passed_on = kind.endswith(PASSED_ON)
        return replace(
            wish,
            name=str(individual.id_number),
            needs=needs,
            is_transferred=is_passed_on,
            passed_by=self._last_seat.get(individual) if is_passed_on else None,
            came=(individual.arrival_date, individual.id_number),
        )


Times = Callable[[Stream], Any]
EXPONENTIAL: Final[tuple[Times, Times, Times]] = (
    lambda stream: ciw.dists.Exponential(stream.per_hour / HOUR_MS),
    lambda stream: ciw.dists.Exponential(1 / (1000 * stream.handling_s)),
    lambda stream: ciw.dists.Exponential(1 / (1000 * (stream.patience_s or 0.0))),
)
"""Gaps between arrivals, talks, patience; in ms."""


def ciw_fates(centre: Centre, hours: float, seed: int, times: tuple[Times, Times, Times] = EXPONENTIAL) -> list[Fate]:
    """One run, by default of Ciw's own random numbers."""
    ciw.seed(seed)
    simulation = ciw.Simulation(_network(centre, *times), node_class=partial(RuledNode, centre))
    simulation.simulate_until_max_time(hours * HOUR_MS)
    return [_fate(record, centre) for record in simulation.get_all_records(only=["service", "renege"])]


class _Told(ciw.dists.Distribution):  # type: ignore[misc]  # Ciw has no types
    """A time that somebody tells; of an individual by when he entered."""

    def __init__(self, tell: Callable[[int], int | None]) -> None:
        self._tell = tell

    def sample(self, t: float | None = None, ind: Any = None) -> int | None:
        return self._tell(0 if ind is None else ind.arrival_date)


def told_times(seed: object) -> tuple[Times, Times, Times]:
    """The callers of FixedChances."""
    known: dict[str, FixedChances] = {}

    def of(stream: Stream) -> FixedChances:
        return known.setdefault(stream.name, FixedChances(stream, seed))

    return (
        lambda stream: _Told(lambda _: of(stream).gap_ms()),
        lambda stream: _Told(of(stream).talk_ms),
        lambda stream: _Told(of(stream).patience_ms),
    )


def _network(centre: Centre, gaps: Times, talks: Times, tempers: Times) -> Any:
    kinds: dict[str, tuple[Stream, bool]] = {}
    changes: dict[str, dict[str, float]] = {}
    waits: dict[str, dict[str, Any]] = {}
    for stream in centre.streams:
        names = [stream.name, stream.name + PASSED_ON]
        service = str(stream.wish.needs[0])
        if service in centre.overflow:
            names.append(stream.name + OVERFLOWN)
            waits[stream.name] = {names[-1]: ciw.dists.Deterministic(1000 * centre.overflow[service][1])}
        kinds |= {name: (stream, name == stream.name) for name in names}
        changes[stream.name] = {names[1]: stream.transfer_share, stream.name: 1 - stream.transfer_share}
        changes |= {name: {stream.name: 1.0} for name in names[1:]}
    return ciw.create_network(
        number_of_servers=[len(centre.desks)],
        arrival_distributions={name: [gaps(s) if first else None] for name, (s, first) in kinds.items()},
        service_distributions={name: [talks(s)] for name, (s, _) in kinds.items()},
        reneging_time_distributions={
            name: [tempers(s) if s.patience_s is not None else None] for name, (s, _) in kinds.items()
        },
        class_change_matrices=[{name: {other: changes[name].get(other, 0.0) for other in kinds} for name in kinds}],
        class_change_time_distributions=(
            {name: {other: waits.get(name, {}).get(other) for other in kinds} for name in kinds} if waits else None
        ),
        routing={name: [[1.0 if name.endswith(PASSED_ON) else 0.0]] for name in kinds},
    )


def _fate(record: Any, centre: Centre) -> Fate:
    is_answered = record.record_type == "service"
    stream = record.customer_class.removesuffix(OVERFLOWN)
    seat = centre.desks[record.server_id - 1].name if is_answered else None
    return Fate(stream, record.arrival_date / 1000, record.waiting_time / 1000, is_answered, seat)
