"""What the house notices beside calls: span alarms; keys that a caller puts where they do not belong."""

import asyncio

from tests.conftest import PASSWORDS, OpenHouse

from kmcc.daemon.view import View
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.store.event import Event

INCOMING = range(1, 21)


def _of(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


def test_a_span_alarm_is_in_the_log_and_in_the_health(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house() as inhabited:
            view = View(inhabited.house)
            assert view.health().ok
            before = inhabited.house.events.last_seq
            inhabited.town.far.engine.span_alarm(0, remote=True)
            await asyncio.sleep(0.1)
            assert view.health().reasons == ("no circuit is in service", "span 0: RAI")
            inhabited.town.far.engine.span_alarm(0, remote=False)
            await asyncio.sleep(0.1)
            assert view.health().ok
            alarms = _of(inhabited.house.events.since(before), "span.alarm")
            assert [alarm.get("alarms") for alarm in alarms] == ["RAI", "none"]

    clock(main())


def test_a_password_keyed_at_the_number_prompt_is_in_no_log(house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house() as inhabited:
            async with inhabited.town.exchange.caller("3190001", channels=INCOMING) as caller:
                await caller.dial("1000")
                await caller.hear("welcome")
                await caller.press("22")
                await caller.hear("enter-number")
                await caller.press("3190001" + PASSWORDS["KM-1001"] + "#")  # forgot the hash key after the number
                await caller.hear("enter-password")
            log = inhabited.house.events.since(0)
            pressed = "".join(str(event.get("key")) for event in _of(log, "key.pressed"))
            assert pressed == "22" + "*" * 14  # the hash key, too

    clock(main())
