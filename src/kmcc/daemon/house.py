"""The house: board, engine, circuits, calls, seats, store and services of one configuration, put together and run."""

from concurrent.futures import Executor
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from kmcc.centre.campaigns.run import Works
from kmcc.centre.dunning import Dunning, dunning_kinds
from kmcc.centre.services import service_flows
from kmcc.config import Config
from kmcc.config.plan import number_plans, onward_plans
from kmcc.daemon.admission import admission_of
from kmcc.daemon.autodial import Autodial
from kmcc.daemon.groups import GroupMaker
from kmcc.daemon.journal import HouseJournal
from kmcc.daemon.recording import recording_parts
from kmcc.daemon.records import RecordFan
from kmcc.daemon.seats import desk_settings, queue_settings, seat_places, seat_profile, sign_in_at_start
from kmcc.daemon.services import OpeningHours, schedules
from kmcc.daemon.treatments import treatments_of
from kmcc.daemon.voice import desk_of, flow_shelf
from kmcc.drivers.board import Board
from kmcc.dsp.engine import Engine, EngineEvent, EventKind, SpanAlarm
from kmcc.store.call_records import SqlCdrSink
from kmcc.store.database import Database
from kmcc.store.event_log import EventLog
from kmcc.store.open_legs import OpenLegFile
from kmcc.store.record_repair import restore_call_records, restore_open_legs, restore_recording_rows
from kmcc.store.recordings import SqlRecordingIndex
from kmcc.switch.announce import Language
from kmcc.switch.autodial.result import Result
from kmcc.switch.autodial.schedule import Schedule, Window
from kmcc.switch.calendar import Calendar
from kmcc.switch.callserver import CallServer
from kmcc.switch.cdr import CsvCdrFile
from kmcc.switch.frames import FrameClock
from kmcc.switch.legbook import LegBook
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet
from kmcc.switch.queue.machine import QueueMachine
from kmcc.switch.recording_writer import RecordingWriter
from kmcc.switch.seats.desk import SeatDesk

SAMPLES_PER_MS: Final = 8


class House:
    """Everything of one switch. `async with House(...)` opens and closes it; the frames are moved by its owner."""

    def __init__(self, config: Config, board: Board, calendar: Calendar, *, executor: Executor | None = None) -> None:
        self.config = config
        self.calendar = calendar
        self.engine = _engine(config)
        board.bind(self.engine)
        self.media = Media(self.engine, RecordingWriter(has_thread=executor is not None))
        self.events_lost = 0
        self.span_alarms = dict.fromkeys(range(self.engine.spans), SpanAlarm.NONE)
        self.media.watch_spans(self._on_span)
        self.frames = FrameClock(board, self.media)
        self.prompts = PromptSet.load(Path(config.prompts.directory) if config.prompts.directory else None)
        self.database = Database(config.store.address(), executor)
        self.database.migrate()
        self.events = EventLog(Path(config.store.events), calendar)
        self.journal = HouseJournal(self.events)
        cdr = Path(config.store.cdr)
        self.cdr_file = CsvCdrFile(cdr)
        self.open_legs = OpenLegFile(cdr.with_name(f"{cdr.name}.open"))
        died_at = self.events.found_at or calendar.now()
        restore_open_legs(self.open_legs, self.cdr_file, cdr, died_at, Path(config.store.recordings))
        self.sql_cdrs = SqlCdrSink(self.database)
        self.recordings = SqlRecordingIndex(self.database, Path(config.store.recordings))
        restore_call_records(self.database, cdr)
        restore_recording_rows(self.database, self.recordings, cdr, Path(config.store.recordings))
        self.records = RecordFan(self.cdr_file, self.sql_cdrs)
        self.plans = number_plans(config)
        self.admission = admission_of(config, self.journal)
        self.treatments = treatments_of(config)
        self.groups = GroupMaker(
            config, self.media, self.journal, self.plans, self.admission, self.treatments, calendar
        ).all()
        self.seats = self._seat_desk()
        self.opening_hours = OpeningHours(schedules(config), calendar, self.seats.supervision)
        self.flows = flow_shelf(config, self.prompts.catalogue, self.journal, executor)
        self.calls = self._call_server()
        works = Works(self.calls, self.database, calendar, self.journal)
        profiles = {seat.id: seat_profile(seat) for seat in config.seats}
        self.autodial = Autodial(works, self.journal, self.prompts, onward_plans(config), profiles)
        self.dunning = self._dunning()
        if config.reminders.enabled:
            self.autodial.register(*dunning_kinds(self.dunning))

    def _on_span(self, event: EngineEvent) -> None:
        """A span's alarms have changed, or the engine had to drop events."""
        if event.kind == EventKind.OVERRUN:
            self.events_lost += event.a
            self.journal.write("engine.overrun", lost=event.a)
            return
        alarms = self.span_alarms[event.port] = SpanAlarm(event.code)
        self.journal.write("span.alarm", span=event.port, alarms=words_of(alarms))

    def open(self) -> None:
        """Trunks into service, seats signed in."""
        self.calls.start()
        self.seats.start(self.calls)
        sign_in_at_start(self.seats, self.config)
        self.opening_hours.start()
        self.journal.write("house.open", circuits=sum(len(g.circuits) for g in self.groups.values()))

    async def close(self) -> None:
        """End all calls; when it returns every record is on the disk. A part that fails keeps no other from closing."""
        async with AsyncExitStack() as parts:
            parts.callback(self.database.close)
            parts.callback(self.cdr_file.close)
            parts.callback(self.open_legs.shut)
            parts.push_async_callback(self.sql_cdrs.close)
            parts.push_async_callback(self.recordings.close)
            parts.callback(self.journal.close)
            self.opening_hours.stop()
            await self.calls.close()
            await self.autodial.close()
            await self.media.writer.shut()
            self.seats.close()
            self.journal.write("house.closed", calls=self.records.count)

    def _call_server(self) -> CallServer:
        return CallServer(
            media=self.media,
            prompts=self.prompts,
            journal=self.journal,
            plans=self.plans,
            onward=onward_plans(self.config),
            groups=self.groups,
            routes={route.name: route.trunk_groups for route in self.config.routes},
            flows=service_flows(desk_of(self.database, self.calendar, self.flows, self.seats, self.config.voice)),
            seats=self.seats,
            book=LegBook(self.calendar, self.journal, self.records, self.open_legs),
            recordings=recording_parts(self.config, self.journal, self.recordings),
            admission=self.admission,
            treatments=self.treatments,
            language=Language(self.config.centre.language),
        )

    def _dunning(self) -> Dunning:
        reminders = self.config.reminders
        zone = ZoneInfo(self.config.centre.time_zone)
        retry = timedelta(minutes=reminders.retry_minutes)
        return Dunning(
            calls=self.calls,
            database=self.database,
            calendar=self.calendar,
            journal=self.journal,
            calling=self.config.centre.access_code,
            schedule=Schedule((Window(reminders.window_start, reminders.window_end),), zone),
            retry=dict.fromkeys((Result.BUSY, Result.NO_ANSWER, Result.CONGESTION, Result.FAILED), retry),
        )

    def _seat_desk(self) -> SeatDesk:
        places = seat_places(self.config, self.engine, self.media, self.journal)
        machine = QueueMachine(queue_settings(self.config))
        settings = desk_settings(self.config, self.engine)
        return SeatDesk(machine, places, self.journal, self.media, self.prompts, settings=settings)


def words_of(alarms: SpanAlarm) -> str:
    """Such as "LOF RAI", or "none"."""
    return " ".join(str(alarm.name) for alarm in SpanAlarm if alarm in alarms and alarm) or "none"


def _engine(config: Config) -> Engine:
    return Engine(
        spans=sum(board.spans for board in config.boards),
        lines=sum(board.lines for board in config.boards),
        conferences=config.media.conferences,
        tick_samples=config.media.tick_ms * SAMPLES_PER_MS,
        persist_ms=config.media.persist_ms,
    )
