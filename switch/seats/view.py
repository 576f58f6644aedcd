"""What may be seen of seats and waiting calls: frozen, for the console."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from kmcc.switch.queue.parties import Caller
from kmcc.switch.seats.monitor import Monitor
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk


@dataclass(frozen=True, slots=True)
class Watcher:
    """A supervisor at a talk. `is_there` = the telephone has been lifted."""

    supervisor: str
    manner: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class PartyStatus:
    name: str
    is_answered: bool


@dataclass(frozen=True, slots=True)
class TalkStatus:
    """`doing` is talking, held or consulting; `with_seat` is False when the seat takes part in another seat's talk."""

    call: str
    calling: str | None
    called: str
    service: str | None
    grade: str
    data: Mapping[str, str]
    waited_ms: int | None
    doing: str
    consults: PartyStatus | None
    members: tuple[PartyStatus, ...]
    watchers: tuple[Watcher, ...]


@dataclass(frozen=True, slots=True)
class SeatStatus:
    """`state` is the queue machine's; `talk` the seat's own, or the one that it takes part in as another's guest."""

    seat: str
    kind: str
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    answering: str
    state: str
    reason: str | None
    in_state_s: float
    is_off_hook: bool
    talk: TalkStatus | None
    is_guest: bool
    monitors: str | None


@dataclass(frozen=True, slots=True)
class WaitingStatus:
    """One waiting call. `position` counts in the line of its service, `ahead` are all who come before it."""

    call: str
    calling: str | None
    service: str | None
    grade: str
    position: int
    ahead: int
    waits_s: float
    expected_s: float | None
    is_transferred: bool
    is_callback: bool
    only: str | None
    data: Mapping[str, str]


def seat_status(position: Position) -> SeatStatus:
    profile, talk = position.profile, position.talk or position.joined
    return SeatStatus(
        seat=position.id,
        kind=profile.kind.value,
        skills=dict(profile.skills),
        languages=profile.languages,
        answering=position.phone.answering.value,
        state=position.state.value,
        reason=position.reason,
        in_state_s=round(asyncio.get_running_loop().time() - position.since_s, 3),
        is_off_hook=position.phone.is_off_hook,
        talk=None if talk is None else _talk_status(talk),
        is_guest=position.talk is None and position.joined is not None,
        monitors=None if position.monitor is None else position.monitor.talk.call.id,
    )


def _talk_status(talk: Talk) -> TalkStatus:
    consult = talk.consult
    return TalkStatus(
        call=talk.call.id,
        calling=talk.call.calling.number,
        called=talk.call.called,
        service=talk.order.service,
        grade=talk.order.grade.name.lower(),
        data=dict(talk.order.data),
        waited_ms=talk.call.waiting_ms,
        doing=talk.words,
        consults=None if consult is None else PartyStatus(consult.name, consult.is_answered),
        members=tuple(PartyStatus(member.name, member.is_answered) for member in talk.members),
        watchers=tuple(_watcher(monitor) for monitor in talk.monitors.values()),
    )


def _watcher(monitor: Monitor) -> Watcher:
    return Watcher(monitor.position.id, monitor.manner.value, monitor.is_there)


def waiting_status(
    caller: Caller, call: str, data: Mapping[str, str], *, place: tuple[int, int], expected_ms: int | None, now_ms: int
) -> WaitingStatus:
    return WaitingStatus(
        call=call,
        calling=caller.number,
        service=caller.service,
        grade=caller.grade.name.lower(),
        position=place[0],
        ahead=place[1],
        waits_s=(now_ms - caller.arrived_ms) / 1000,
        expected_s=None if expected_ms is None else expected_ms / 1000,
        is_transferred=caller.transferred.value == "yes",
        is_callback=caller.is_callback,
        only=caller.only,
        data=dict(data),
    )
