"""The seats of a house, from its configuration: places, telephones, the queue's and the desk's settings."""

from typing import Final

from kmcc.config import Config
from kmcc.config.sections import Seat
from kmcc.daemon.services import service_rules
from kmcc.dsp.engine import CHANNELS, Engine
from kmcc.switch.fxs_circuit import FxsCircuit
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media
from kmcc.switch.queue.cost import LevelPolicy
from kmcc.switch.queue.parties import Place, SeatKind, SeatProfile
from kmcc.switch.queue.settings import CallbackRules, OnAbandon, QueueSettings, WithoutSeats
from kmcc.switch.seats.desk import SeatDesk, SeatPlace
from kmcc.switch.seats.parts import DeskSettings
from kmcc.switch.seats.phone import Answering

HOST: Final = "local"
SPEECH_CHANNELS: Final = range(1, CHANNELS + 1)


def seat_places(config: Config, engine: Engine, media: Media, journal: Journal) -> list[SeatPlace]:
    """One for each seat of the configuration."""
    return [
        SeatPlace(
            seat_profile(seat),
            FxsCircuit(f"seat/{seat.id}", engine.line(first_line(config, seat.board) + seat.line), media, journal),
            Answering(seat.answering),
        )
        for seat in config.seats
    ]


def first_line(config: Config, board: int) -> int:
    """Lines are numbered on from each board to the next."""
    return sum(one.lines for one in config.boards[:board])


def sign_in_at_start(desk: SeatDesk, config: Config) -> None:
    """Those who need not do it themselves."""
    for seat in config.seats:
        if seat.sign_in == "at start":
            desk.sign_in(seat.id)


def desk_settings(config: Config, engine: Engine) -> DeskSettings:
    queue = config.queue
    return DeskSettings(
        ring_s=queue.ring_s,
        calling=config.centre.access_code,
        announce_s=queue.announce_every_s,
        place_of=places_of(config, engine).get,
    )


def places_of(config: Config, engine: Engine) -> dict[int, Place]:
    """Each port's board."""
    spans = [board for board, one in enumerate(config.boards) for _ in range(one.spans)]
    lines = [board for board, one in enumerate(config.boards) for _ in range(one.lines)]
    on_spans = {engine.port(span, channel): board for span, board in enumerate(spans) for channel in SPEECH_CHANNELS}
    on_lines = {engine.line(line): board for line, board in enumerate(lines)}
    return {port: board_place(board) for port, board in (on_spans | on_lines).items()}


def board_place(board: int) -> Place:
    return Place(HOST, str(board))


def queue_settings(config: Config) -> QueueSettings:
    queue = config.queue
    return QueueSettings(
        lease_ms=queue.ring_s * 1000,
        wrap_up_ms=queue.wrap_up_s * 1000,
        max_wait_ms=queue.max_wait_s * 1000,
        max_length=queue.max_length,
        without_seats=WithoutSeats(queue.without_seats),
        levels=LevelPolicy(queue.levels),
        services=service_rules(config),
        callbacks=_callbacks(config),
    )


def _callbacks(config: Config) -> CallbackRules:
    rules = config.callbacks
    return CallbackRules(
        on_abandon=OnAbandon.CALL_BACK if rules.on_abandon else OnAbandon.FORGET,
        at_once=rules.at_once,
        ring_ms=rules.ring_s * 1000,
        attempts=rules.attempts,
        retry_ms=rules.retry_s * 1000,
        expires_ms=rules.expires_s * 1000,
        redial_ms=rules.redial_s * 1000,
    )


def seat_profile(seat: Seat) -> SeatProfile:
    return SeatProfile(
        seat=seat.id,
        kind=SeatKind(seat.kind),
        skills=dict(seat.skills.items()),
        languages=seat.languages,
        near=board_place(seat.board),
    )
