"""[[services]] at work: opening hours by the calendar, limits of lines and answer limits from the configuration."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import OpenHouse

from kmcc.config import Config, ConfigError, load_config
from kmcc.config.services_section import Service, hours
from kmcc.daemon.seats import queue_settings
from kmcc.daemon.services import OpeningHours, answer_limits, schedules, service_rules
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.calendar import Calendar
from kmcc.switch.queue.cost import LevelPolicy
from kmcc.switch.queue.settings import ServiceRules, WithoutSeats

ZONE = ZoneInfo("Asia/Shanghai")
TEXT = """
[queue]
answer_within_s = 12
max_wait_s = 200
levels = "any"
without_seats = "wait"
[[services]]
name = "bill"
answer_within_s = 20
max_length = 3
overflow = "complaint"
overflow_s = 30
hours = ["08:00-12:00", "13:30-24:00"]
days = [1, 2, 3, 4, 5]
holidays = [2000-05-24]
[[services]]
name = "fault"
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    file = tmp_path / "kmcc.toml"
    file.write_text(TEXT)
    return load_config(file)


def test_the_machine_has_the_limits_of_the_file(config: Config) -> None:
    settings = queue_settings(config)
    assert (settings.levels, settings.without_seats) == (LevelPolicy.ANY, WithoutSeats.WAIT)
    assert settings.rules("bill") == ServiceRules(200_000, 3, "complaint", 30_000)
    assert settings.rules("fault") == ServiceRules(200_000, 50)
    assert service_rules(config).keys() == {"bill", "fault"}
    limits = answer_limits(config)
    assert (limits.of_s("bill"), limits.of_s("fault"), limits.of_s("directory")) == (20, 12, 12)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('name = "bill"\noverflow = "bill"', 'services[0].overflow: found "bill"; expected another service'),
        ('name = "bill"\n[[services]]\nname = "bill"', 'services[1].name: found "bill"; expected another name'),
        ('name = "bill"\nhours = ["12:00-08:00"]', 'services[0].hours[0]: found "12:00-08:00"; expected from one time'),
        ('name = "bill"\nhours = ["8-12"]', 'services[0].hours[0]: found "8-12"; expected from one time'),
        ('name = "bill"\ndays = [0]', "services[0].days[0]: found 0; expected"),
        ('name = "bill"\ndays = []', "services[0].days: found a list; expected one or more"),
        ('name = "bill"\nholidays = ["1 May"]', 'services[0].holidays[0]: found "1 May"; expected'),
        ('name = "weather"', 'services[0].name: found "weather"; expected'),
    ],
)
def test_what_cannot_be(tmp_path: Path, wrong: str, told: str) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text(f"[[services]]\n{wrong}\n")
    with pytest.raises(ConfigError) as error:
        load_config(file)
    assert told in str(error.value)


class Doors:
    """Notes when which door moves."""

    def __init__(self, calendar: Calendar) -> None:
        self.moved: list[tuple[str, str]] = []
        self._calendar = calendar

    def open_service(self, service: str, by: str) -> None:
        self.moved.append((f"{self._calendar.now():%a %H:%M}", f"open {service}"))

    def close_service(self, service: str, by: str) -> None:
        self.moved.append((f"{self._calendar.now():%a %H:%M}", f"close {service}"))


def test_a_week_of_opening_hours(config: Config, clock: Clock) -> None:
    """Monday 22 May 2000, 03:00, to the next: lunch, evenings, a holiday on Wednesday, the week-end."""

    async def story() -> None:
        calendar = Calendar(datetime(2000, 5, 22, 3, tzinfo=ZONE), asyncio.get_running_loop().time)
        doors = Doors(calendar)
        opening = OpeningHours(schedules(config), calendar, doors)
        opening.start()
        await asyncio.sleep(timedelta(days=7).total_seconds())
        opening.stop()
        day = [("08:00", "open bill"), ("12:00", "close bill"), ("13:30", "open bill"), ("00:00", "close bill")]
        following = {"Mon": "Tue", "Tue": "Wed", "Thu": "Fri", "Fri": "Sat"}
        expected = [("Mon 03:00", "close bill")]
        for weekday, next_day in following.items():
            expected += [(f"{next_day if at == '00:00' else weekday} {at}", what) for at, what in day]
        assert doors.moved == expected

    clock(story())


def test_a_service_without_hours_has_no_schedule() -> None:
    assert schedules(Config(services=(Service(name="bill"),))) == {}
    assert set(schedules(Config(services=(Service(name="bill", holidays=(date(2000, 10, 1),)),)))) == {"bill"}


def test_who_calls_a_closed_service_is_told_so(house: OpenHouse, clock: Clock) -> None:
    """The house opens on Monday at nine; directory enquiries are there from ten o'clock on."""

    async def story() -> None:
        async with house(services=(Service(name="directory", hours=(hours("10:00-20:00"),)),)) as inhabited:
            async with inhabited.town.exchange.caller("3190001", channels=range(1, 21)) as caller:
                caller.seize("114")
                await asyncio.wait_for(caller.leg.ended, 60)
            why = [event.get("why") for event in inhabited.house.events.since(0) if event.kind == "queue.gave_up"]
            assert why == ["closed"]
            await asyncio.sleep(3600)
            async with inhabited.town.exchange.caller("3190001", channels=range(1, 21)) as caller:
                caller.seize("114")
                await asyncio.sleep(10)
                assert inhabited.house.events.since(0)[-1].kind
                caller.hang_up()
            offered = [event for event in inhabited.house.events.since(0) if event.kind == "seat.offered"]
            assert len(offered) == 1

    clock(story())
