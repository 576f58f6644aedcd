"""An operator's tariffs as a TOML file; docs/calls.md shows one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kmcc.config.finding import Finding
from kmcc.config.load import load_file
from kmcc.config.sections import Section
from kmcc.config.values import ClockTime, Digits, Name, at_least_one
from kmcc.switch.charging import EVERY_DAY, WORKDAYS, ChargedBy, Rate, Tariff, TariffError, Tariffs

DAYS: Final = {"every day": EVERY_DAY, "workdays": WORKDAYS, "weekend": EVERY_DAY - WORKDAYS}
Fen = Annotated[int, Field(ge=0)]


class RateRow(Section):
    unit_s: float = Field(gt=0, le=86_400)
    unit_fen: Fen
    days: Literal["every day", "workdays", "weekend"] = "every day"
    start: ClockTime | None = None
    end: ClockTime | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("both start and end, or none")
        return self

    def made(self) -> Rate:
        return Rate(round(self.unit_s * 1000), self.unit_fen, DAYS[self.days], self.start, self.end)


class TariffRow(Section):
    charge_class: Name
    by: Literal["time", "call", "meter"] = "time"
    rates: tuple[RateRow, ...] = ()
    first: RateRow | None = None
    call_fen: Fen = 0
    meter_fen: Fen = 0
    free_s: float = Field(default=0.0, ge=0)
    round_fen: int = Field(default=1, ge=1)

    def made(self) -> Tariff:
        return Tariff(
            self.charge_class,
            ChargedBy(self.by),
            rates=tuple(rate.made() for rate in self.rates),
            first=None if self.first is None else self.first.made(),
            call_fen=self.call_fen,
            meter_fen=self.meter_fen,
            free_s=self.free_s,
            round_fen=self.round_fen,
        )


class TariffFile(Section):
    tariffs: Annotated[tuple[TariffRow, ...], AfterValidator(at_least_one)]
    free_services: tuple[Name, ...] = ()
    free_numbers: tuple[Digits, ...] = ()


def load_tariffs(path: Path) -> Tariffs:
    """ConfigError names every fault that can be found in one go."""
    file = load_file(path, TariffFile, _findings)
    by_class = {row.charge_class: row.made() for row in file.tariffs}
    return Tariffs(by_class, frozenset(file.free_services), frozenset(file.free_numbers))


def _findings(file: TariffFile) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, row in enumerate(file.tariffs):
        if row.charge_class in seen:
            place = ("tariffs", n, "charge_class")
            yield Finding(place, f'"{row.charge_class}"', "a class that no other tariff has")
        seen.add(row.charge_class)
        try:
            row.made()
        except TariffError as error:
            yield Finding(("tariffs", n), str(error), None)
