"""Telephones of the house and lines of another exchange, by the configuration: who is reached, what is heard, told."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from tests.conftest import Inhabited, OpenHouse
from tests.house.aftermath import all_idle, assert_no_timer, records, until

from kmcc.config.lines_section import Extension, OfficeLines
from kmcc.config.model import NUMBERS
from kmcc.config.sections import Number
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.people.telephone import Telephone
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.analogue.profile import FxsProfile
from kmcc.signaling.china1.plan import Verdict
from kmcc.switch.announce import Language
from kmcc.switch.circuit import AnswerIndication, CallingParty, Cause, Indication, ReleaseIndication, SetupIndication
from kmcc.switch.fxs_circuit import FxsCircuit

LINES = {
    "seats": (),
    "extensions": (
        Extension(number="8001", line=0),
        Extension(number="8002", line=1, caller_id="china"),
    ),
    "office_lines": (OfficeLines(name="old-office", lines=(2,), number="3161000"),),
    "numbers": (
        *NUMBERS,
        Number(prefix="3161", min_digits=7, max_digits=7, service="centre", trunk_groups=("old-office",)),
        Number(prefix="9", min_digits=4, max_digits=4, route="old-office"),
    ),
}


class Staff:
    """The two telephones, and the exchange whose subscriber we are at line 2."""

    def __init__(self, inhabited: Inhabited) -> None:
        far = inhabited.town.far
        self.house = inhabited
        self.first, self.second = (Telephone(far, far.engine.line(n)) for n in (0, 1))
        self.ears = [Ears(far, far.engine.line(n)) for n in range(3)]
        self.office = FxsCircuit(
            "office/1", far.engine.line(2), far, MemoryJournal(), FxsProfile(), number="3161000",
            analyse=lambda digits: Verdict.COMPLETE if len(digits) == 4 else Verdict.MORE,
            now=lambda: datetime(2000, 5, 22, 9, 0, tzinfo=UTC),
        )  # fmt: skip
        self.told: list[Indication] = []
        self.office.attach(self.told.append)
        self.office.start()

    async def dials(self, number: str) -> None:
        self.first.lift()
        assert await self.ears[0].tone("dial", 8.0)
        await asyncio.sleep(0.5)
        await self.first.key(number)

    async def is_over(self) -> list[dict[str, str]]:
        """The records, when every circuit has cleared."""
        groups = self.house.house.groups.values()
        await until(lambda: all(all_idle(group.circuits) for group in groups), "idle circuits")
        await self.house.close()
        return records(self.house.folder / "cdr.csv")


def legs(rows: list[dict[str, str]]) -> list[tuple[str, str, str, str]]:
    return [(row["circuit"], row["called"], row["calling"], row["cause"]) for row in rows]


def play(house: OpenHouse, story: Any, **sections: Any) -> None:
    async def main() -> None:
        async with house(subscribers=(Subscriber("3190002", talks_s=4.0),), **(LINES | sections)) as inhabited:
            await story(Staff(inhabited))
        assert_no_timer()

    run_virtual(main())


def test_one_extension_calls_another_who_is_told_by_whom(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        await staff.dials("8002")
        assert await staff.ears[0].tone("ring_back", 8.0)
        assert staff.second.rang_at_s
        await asyncio.sleep(3.0)
        assert [caller.number for caller in staff.second.shown] == ["8001"]
        staff.second.lift()
        await asyncio.sleep(2.0)
        staff.first.put_down()
        assert await staff.ears[1].tone("busy", 4.0)
        staff.second.put_down()
        assert legs(await staff.is_over()) == [
            ("extension-8002", "8002", "8001", "caller hung up"),
            ("extension-8001", "8002", "8001", "caller hung up"),
        ]

    play(house, story)


def test_who_lets_it_ring_for_ninety_seconds_is_not_reached(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        await staff.dials("8002")
        await asyncio.sleep(95.0)
        assert not staff.second.rings
        assert await staff.ears[0].tone("busy", 4.0)
        staff.first.put_down()
        rows = await staff.is_over()
        assert {row["cause"] for row in rows} == {"no answer"}
        assert {row["answered_at"] for row in rows} == {""}

    play(house, story)


def test_who_talks_is_busy_not_the_way_to_him(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        staff.second.lift()
        await asyncio.sleep(1.0)
        await staff.dials("8002")
        assert await staff.ears[0].tone("busy", 6.0)
        staff.first.put_down()
        staff.second.put_down()
        assert ("extension-8001", "8002", "8001", "busy") in legs(await staff.is_over())

    play(house, story)


def test_an_extension_calls_the_centre_and_a_subscriber_of_the_town(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        await staff.dials("1000")
        welcome = staff.house.house.prompts.fingerprint("welcome", Language.ZH)
        assert await staff.ears[0].prompt({"welcome": welcome}, 6.0)
        staff.first.put_down()
        await asyncio.sleep(2.0)
        await staff.dials("3190002")
        await asyncio.sleep(20.0)
        staff.first.put_down()
        found = legs(await staff.is_over())
        assert ("extension-8001", "1000", "8001", "caller hung up") in found
        assert [(called, calling) for circuit, called, calling, _ in found if circuit.startswith("kunming-out")] == [
            ("3190002", "8001")
        ]

    play(house, story)


def test_a_caller_of_the_town_reaches_an_extension(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        caller = staff.house.town.exchange.caller("3190001")
        await caller.dial("8001")
        await until(lambda: bool(staff.first.rang_at_s), "the bell")
        staff.first.lift()
        await asyncio.sleep(1.0)
        caller.hang_up()
        assert await staff.ears[0].tone("busy", 4.0)
        staff.first.put_down()
        assert [leg[1:3] for leg in legs(await staff.is_over())] == [("8001", "3190001")] * 2

    play(house, story)


def test_calls_come_and_go_by_a_line_of_another_exchange(house: OpenHouse) -> None:
    async def story(staff: Staff) -> None:
        staff.office.setup("3161000", CallingParty("3161001"))
        await until(lambda: AnswerIndication() in staff.told, "our answer")
        staff.office.release(Cause.NORMAL)
        await asyncio.sleep(10.0)
        staff.told.clear()
        await staff.dials("9123")
        await until(lambda: SetupIndication("9123", CallingParty("3161000")) in staff.told, "the number at the office")
        staff.office.alert()
        staff.office.answer()
        await asyncio.sleep(1.0)
        staff.first.put_down()
        await until(lambda: ReleaseIndication(Cause.CALLER_HUNG_UP) in staff.told, "the release at the office")
        rows = legs(await staff.is_over())
        assert {row[:2] for row in rows} == {
            ("old-office/2", "3161000"),
            ("old-office/2", "9123"),
            ("extension-8001", "9123"),
        }

    play(house, story)
