"""What the console sees of the house: its health and its figures, counted when they are asked for."""

from collections import Counter
from collections.abc import Mapping

from kmcc import __version__
from kmcc.config import Config
from kmcc.console.access import Guard, Role, Token
from kmcc.console.board_metrics import SpanFigures
from kmcc.console.engine_metrics import EngineFigures
from kmcc.console.health import Health
from kmcc.console.metrics import CauseCount, CircuitCount, Figures, SeatCount
from kmcc.console.queues import QueueWatch
from kmcc.daemon.house import House, words_of
from kmcc.daemon.real_time import RealTimeMedia, engine_figures
from kmcc.daemon.recorders import Recorders
from kmcc.daemon.services import answer_limits
from kmcc.daemon.traffic import traffic_of
from kmcc.daemon.trunk_desk import TrunkDesk
from kmcc.dsp.engine import SpanAlarm
from kmcc.store.event_log import EventLog
from kmcc.switch.circuit import Cause, CircuitState
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.desk import SeatDesk


def guard_of(config: Config) -> Guard:
    """Who may do what at the console."""
    return Guard([Token(token.name, Role(token.role), token.sha256, token.seat) for token in config.http.tokens])


def services_of(config: Config) -> tuple[str, ...]:
    """All that a seat is skilled in."""
    return tuple(sorted({service for seat in config.seats for service in seat.skills}))


def span_figures(alarms: Mapping[int, SpanAlarm]) -> tuple[SpanFigures, ...]:
    return tuple(
        SpanFigures(span, tuple((str(one.name), one in now) for one in SpanAlarm if one))
        for span, now in alarms.items()
    )


class View:
    """Implements kmcc.console.app.HouseView."""

    def __init__(self, house: House, media: RealTimeMedia | None = None) -> None:
        """`media` moves the frames in real time."""
        self._house = house
        self._media = media
        self.trunks = TrunkDesk(house.groups)
        self.recorders = Recorders(house.calls)
        self.flows = house.flows
        self.queues = QueueWatch(
            house.events, house.calendar.now, answer_limits(house.config), services_of(house.config)
        )

    @property
    def events(self) -> EventLog:
        return self._house.events

    @property
    def desk(self) -> SeatDesk:
        return self._house.seats

    @property
    def services(self) -> frozenset[str]:
        config = self._house.config
        numbered = {number.service for number in config.numbers if number.service is not None}
        return frozenset(numbered.union(*(seat.skills for seat in config.seats)))

    def health(self) -> Health:
        house = self._house
        states = Counter(c.state for group in house.groups.values() for c in group.circuits)
        reasons = tuple(self._reasons(states))
        return Health(
            ok=not reasons,
            reasons=reasons,
            uptime_s=house.calendar.elapsed_s(),
            version=__version__,
            circuits_idle=states[CircuitState.IDLE],
            circuits_busy=states[CircuitState.BUSY],
            circuits_blocked=states[CircuitState.BLOCKED] + states[CircuitState.STARTING],
            calls=len(house.calls.calls),
            late_ticks=0 if self._media is None else self._media.thread.counters.late,
            alarms=() if self._media is None else tuple(self._media.alarms()),
        )

    def _reasons(self, states: Counter[CircuitState]) -> list[str]:
        house = self._house
        reasons: list[str] = []
        if not states[CircuitState.IDLE] and not states[CircuitState.BUSY]:
            reasons.append("no circuit is in service")
        reasons += [f"span {span}: {words_of(alarms)}" for span, alarms in house.span_alarms.items() if alarms]
        if house.sql_cdrs.unwritten:
            reasons.append(f"{house.sql_cdrs.unwritten} call records wait for the database")
        if house.cdr_file.unwritten_octets:
            reasons.append(f"{house.cdr_file.unwritten_octets} octets of call records wait for the disk")
        if house.flows.faults:
            reasons.append(f"new flows refused, the old ones are in force: {house.flows.faults[0]}")
        if house.calls.recordings.parts.guard.is_full:
            reasons.append("no room for recordings")
        if house.events.unwritten_octets:
            reasons.append(f"{house.events.unwritten_octets} octets of the event log wait for the disk")
        return reasons

    def figures(self) -> Figures:
        house = self._house
        seats = Counter(house.seats.states.values())
        return Figures(
            circuits=tuple(
                CircuitCount(name, state, sum(c.state is state for c in group.circuits))
                for name, group in house.groups.items()
                for state in CircuitState
            ),
            seats=tuple(SeatCount(state.value, seats[state]) for state in SeatState),
            calls_ended=tuple(CauseCount(cause, house.records.by_cause[cause]) for cause in Cause),
            calls_in_progress=len(house.calls.calls),
            callers_waiting=house.seats.waiting,
            events=house.events.last_seq,
            engine=self._engine(),
            boards=() if self._media is None else self._media.board_figures(),
            spans=span_figures(house.span_alarms),
            traffic=traffic_of(house.groups.values(), house.admission.overload),
            campaigns=house.autodial.figures(),
        )

    def _engine(self) -> EngineFigures:
        if self._media is None:
            return EngineFigures()
        return engine_figures(self._media.thread.counters, self._house.events_lost)
