"""Changed numbers on the line [R-199..R-205]: what callers hear, what the far end gets, and what the records say."""

import asyncio
import csv
from datetime import date

import pytest
from tests.conftest import START, Inhabited, OpenHouse
from tests.house.aftermath import until

from kmcc.config.sections import Centre
from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.store.changed_numbers import ChangedNumber, ChangedNumbers
from kmcc.store.event import Event
from kmcc.switch.announce import Language
from kmcc.switch.circuit import Cause
from kmcc.switch.number_change import Variant

INCOMING = range(1, 21)
CALLER = "3194012"
ANNOUNCED, FORWARDED, BOTH, RUN_OUT = "3181001", "3181002", "3181003", "3181004"
SPOKEN = {
    Language.ZH: "number-changed digit-3 yao digit-9 digit-0 digit-0 digit-0 yao",
    Language.EN: "number-changed digit-3 digit-1 digit-9 digit-0 digit-0 digit-0 digit-1",
}
"""3190001, figure by figure, as each language reads telephone numbers."""
ANSWERS = (Subscriber("3192008", rings_s=1.0, talks_s=3.0), Subscriber("3193009", rings_s=1.0, talks_s=3.0))


def records(inhabited: Inhabited) -> list[dict[str, str]]:
    with (inhabited.folder / "cdr.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def events(inhabited: Inhabited, kind: str) -> list[Event]:
    return [event for event in inhabited.house.events.since(0) if event.kind == kind]


async def cleared(inhabited: Inhabited, legs: int) -> list[dict[str, str]]:
    await until(lambda: len(records(inhabited)) == legs, f"{legs} records")
    return records(inhabited)


@pytest.mark.parametrize("language", Language)
def test_announced_twice_digit_by_digit_before_answer_then_released(
    house: OpenHouse, clock: Clock, language: Language
) -> None:
    """R-201, R-204."""

    async def main() -> None:
        async with house(centre=Centre(language=language.value)) as inhabited:
            async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
                caller.language = language
                await caller.dial(ANNOUNCED)
                for _ in range(2):
                    await caller.hear_all(SPOKEN[language].split()[:3])
                await caller.hear_tone("busy")
                assert not caller.leg.answered.done()
            (row,) = await cleared(inhabited, 1)
            (played,) = events(inhabited, "prompt.started")
            assert played.get("prompt") == SPOKEN[language]
            assert (row["called"], row["charged"], row["duration_ms"], row["cause"]) == (ANNOUNCED, "no", "0", "normal")
            assert row["ended_by"] == "centre"

    clock(main())


@pytest.mark.parametrize(("called", "new", "is_told"), [(FORWARDED, "3192008", False), (BOTH, "3193009", True)])
def test_put_through_with_the_callers_number_and_one_chain_of_records(
    house: OpenHouse, clock: Clock, called: str, new: str, is_told: bool
) -> None:
    """R-202, R-203: charged from the answer of the new number, not from what was announced before."""

    async def main() -> None:
        async with house(subscribers=ANSWERS) as inhabited:
            async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
                await caller.dial(called)
                if is_told:
                    await caller.hear("number-changed")
                    await caller.hear("number-changed")
                    assert not caller.leg.answered.done()
                await caller.answered()
                await caller.hear("hello")
                await caller.released()
            outgoing, incoming = sorted(await cleared(inhabited, 2), key=lambda row: row["direction"], reverse=True)
            assert outgoing["direction"] == "out"
            assert incoming["chain"] == outgoing["chain"]
            assert (incoming["called"], outgoing["called"]) == (called, new)
            assert {incoming["calling"], outgoing["calling"]} == {CALLER}
            assert incoming["charged"] == "yes"
            assert abs(int(incoming["duration_ms"]) - int(outgoing["duration_ms"])) < 500
            (told, placed) = events(inhabited, "number_change.found")[0], events(inhabited, "call.placed")[0]
            assert told.seq < placed.seq
            assert len(events(inhabited, "prompt.started")) == is_told

    clock(main())


@pytest.mark.parametrize(
    ("called", "habit", "cause"),
    [(FORWARDED, Habit.BUSY_SIGNAL, Cause.BUSY), (BOTH, Habit.BUSY_SIGNAL, Cause.BUSY)],
)
def test_a_new_number_that_is_not_reached_ends_the_call_uncharged(
    house: OpenHouse, clock: Clock, called: str, habit: Habit, cause: Cause
) -> None:
    async def main() -> None:
        away = [Subscriber(one.number, (habit,)) for one in ANSWERS]
        async with house(subscribers=away) as inhabited:
            async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
                caller.seize(called)
                if called == BOTH:  # KB 1 was sent with the announcement: only the tone can tell
                    await caller.hear_tone("busy")
                else:
                    await caller.released()
            rows = await cleared(inhabited, 2)
            assert {row["charged"] for row in rows} == {"no"}
            assert {row["cause"] for row in rows} == {cause.words}

    clock(main())


def test_not_valid_is_an_ordinary_call(house: OpenHouse, clock: Clock) -> None:
    """R-200, R-205: run out, or never changed; on by the route, where somebody lives or nobody."""

    async def main() -> None:
        async with house(subscribers=[Subscriber(RUN_OUT, rings_s=1.0, talks_s=2.0)]) as inhabited:
            async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
                await caller.dial(RUN_OUT)
                await caller.answered()
                await caller.hear("hello")
                await caller.released()
            async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
                with pytest.raises(NotConnectedError) as refused:
                    await caller.dial("3189999")
            assert refused.value.cause is Cause.VACANT_NUMBER
            assert events(inhabited, "number_change.found") == []

    clock(main())


def test_a_notice_is_in_force_for_the_next_call_from_its_first_day_to_its_last(house: OpenHouse, clock: Clock) -> None:
    async def found(inhabited: Inhabited) -> bool:
        before = len(events(inhabited, "number_change.found"))
        async with inhabited.town.exchange.caller(CALLER, channels=INCOMING) as caller:
            caller.seize("3185000")
            await asyncio.sleep(3.0)
        return len(events(inhabited, "number_change.found")) > before

    async def main() -> None:
        today = START.date()
        async with house() as inhabited:
            assert not await found(inhabited)
            for first, last, expected in (
                (today, today, True),
                (date(2000, 5, 1), date(2000, 5, 21), False),
                (date(2000, 5, 23), date(2000, 6, 1), False),
                (date(2000, 5, 1), date(2000, 6, 1), True),
            ):
                change = ChangedNumber("3185000", "3190001", Variant.ANNOUNCE, first, last)
                inhabited.house.database.run_now(lambda session, one=change: ChangedNumbers(session).put(one))  # type: ignore[misc]
                assert await found(inhabited) is expected
                inhabited.house.database.run_now(lambda session: ChangedNumbers(session).remove("3185000"))

    clock(main())
