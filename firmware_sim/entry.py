"""`sim://NAME?seed=1&calls_per_hour=120&calls_on=1-20`: the board that exists only in memory, for `kmcc run`.

NAME is for people. `seed` chooses the callers, `calls_per_hour` how many there are (0 = none), `calls_on` the channels
on which the exchange seizes; the others it leaves to our outgoing calls. Every line has an agent. `off_ppm` says
by how many millionths the exchange's clock is fast; without it the exchange has ours.
"""

import asyncio
from random import Random
from types import TracebackType
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kmcc.drivers.board import BoardNotFoundError
from kmcc.dsp.engine import CHANNELS
from kmcc.dsp.rack import MOST_PPM
from kmcc.firmware_sim.board import SimulatedBoard
from kmcc.firmware_sim.morning import SUBSCRIBERS, manners
from kmcc.firmware_sim.town import Town
from kmcc.firmware_sim.traffic import Traffic
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet


class Options(BaseModel):
    """The query of the URL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 1
    calls_per_hour: Annotated[float, Field(ge=0, le=36_000)] = 120.0
    off_ppm: Annotated[int, Field(ge=-MOST_PPM, le=MOST_PPM)] = 0
    calls_on: Annotated[str, Field(pattern=r"^[1-9]\d{0,3}-[1-9]\d{0,3}$")] = "1-20"

    @field_validator("calls_on")
    @classmethod
    def _runs_up(cls, calls_on: str) -> str:
        if not _channels(calls_on):
            raise ValueError("the first channel comes first")
        return calls_on

    @property
    def channels(self) -> range:
        return _channels(self.calls_on)


def _channels(calls_on: str) -> range:
    first, _, last = calls_on.partition("-")
    return range(int(first), int(last) + 1)


def open_simulated(url: str, spans: int, lines: int) -> "LivelyBoard":
    """The board of this URL. BoardNotFoundError when the query says something that it does not know."""
    try:
        query = urlsplit(url).query
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        options = Options.model_validate(dict(pairs))
    except (ValidationError, ValueError) as error:
        why = error.errors()[0] if isinstance(error, ValidationError) else {"loc": ("query",), "msg": str(error)}
        place = ".".join(str(step) for step in why["loc"])
        raise BoardNotFoundError(f"{url}: {place}: {why['msg']}; known: {', '.join(Options.model_fields)}") from None
    there = spans * CHANNELS
    if options.calls_per_hour > 0 and options.channels[-1] > there:
        raise BoardNotFoundError(f"{url}: calls_on: channel {options.channels[-1]}, there are {there}")
    return LivelyBoard(url, options, spans, lines)


class LivelyBoard(SimulatedBoard):
    """A simulated board with a town and random traffic behind it, which begins when an engine is bound."""

    def __init__(self, url: str, options: Options, spans: int, lines: int) -> None:
        super().__init__(self._settle, spans=spans, lines=lines, url=url, off_ppm=options.off_ppm)
        self._rng = Random(options.seed)
        self._options = options
        self._town = Town(PromptSet.load(None), SUBSCRIBERS, manners(self._rng, lines))
        self._traffic: asyncio.Task[None] | None = None

    def _settle(self, far: Media) -> None:
        self._town.settle(far)
        if self._options.calls_per_hour > 0:
            traffic = Traffic(self._town, self._rng, self._options.calls_per_hour, self._options.channels)
            self._traffic = asyncio.get_running_loop().create_task(traffic.flow())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._traffic is not None:
            self._traffic.cancel()
        self._town.dismiss()
        super().__exit__(kind, error, trace)
