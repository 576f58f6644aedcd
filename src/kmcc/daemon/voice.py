"""Voice navigation in the house: the shelf of its flows, and the desk that follows them."""

from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import get_args

from kmcc.centre.callback import CallsBack, promise_call_back
from kmcc.centre.desk import Desk
from kmcc.centre.fax import keep_fax
from kmcc.centre.services import flow_world
from kmcc.config import Config
from kmcc.config.sections import Skill
from kmcc.config.voice_section import Voice
from kmcc.daemon.flow_shelf import FlowShelf
from kmcc.store.database import Database
from kmcc.switch.announce import Catalogue
from kmcc.switch.calendar import Calendar
from kmcc.switch.journal import Journal


def flow_shelf(config: Config, catalogue: Catalogue, journal: Journal, executor: Executor | None) -> FlowShelf:
    """Every service that a number leads to must be an entry of the flows."""
    entries = {number.service for number in config.numbers if number.service is not None}
    world = flow_world(catalogue.prompts.keys(), get_args(Skill), entries)
    path = Path(config.voice.flows) if config.voice.flows else None
    return FlowShelf(path, world, journal, executor)


def desk_of(database: Database, calendar: Calendar, shelf: FlowShelf, seats: CallsBack, voice: Voice) -> Desk:
    return Desk(
        database=database,
        calendar=calendar,
        flows=lambda: shelf.book,
        fax=partial(keep_fax, database=database, calendar=calendar),
        call_back=partial(promise_call_back, desk=seats),
        changed_number_times=voice.changed_number_times,
    )
