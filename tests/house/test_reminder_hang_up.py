"""A debtor who hangs up at any point of a reminder: one record, the true cause, and the reminder says what he heard."""

import asyncio

import pytest
from tests.conftest import OpenHouse
from tests.house.aftermath import (
    all_idle,
    assert_no_timer,
    assert_ports_quiet,
    assert_wav_is_whole,
    open_files,
    records,
    until,
)

from kmcc.centre.dunning import call_debtors
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.switch.autodial.result import Result

DEBTOR = "3190003"
TALKS_S = (0.0, 0.008, 0.05, 0.1, 0.3, 1.0, 3.0, 6.0, 9.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0)


@pytest.mark.parametrize("talks_s", TALKS_S)
def test_a_debtor_hangs_up(talks_s: float, house: OpenHouse, clock: Clock) -> None:
    async def main() -> None:
        async with house([Subscriber(DEBTOR, rings_s=1.0, talks_s=talks_s)]) as inhabited:
            built = inhabited.house
            report = await call_debtors(built.dunning)
            circuits = [circuit for group in built.groups.values() for circuit in group.circuits]
            await until(lambda: all_idle(circuits), "idle circuits")
            assert_no_timer()
            await assert_ports_quiet(built.media, inhabited.town.far)
            assert open_files(inhabited.folder / "recordings") == []
            (row,) = [row for row in records(inhabited.folder / "cdr.csv") if row["called"] == DEBTOR]
            events = [e for e in built.events.since(0) if dict(e.fields).get("call") == row["chain"]]
            kinds = [event.kind for event in events]
            was_heard = "reminder.heard" in kinds
            (outcome,) = [one for one in report.outcomes if one.contact == DEBTOR]
            assert outcome.last is (Result.ANSWERED if was_heard else Result.ANSWERED_PART)
            assert kinds.count("call.released") == 1
            bits = [dict(e.fields) for e in built.events.since(0) if e.kind == "line.bits"]
            codes = [str(fields["what"]) for fields in bits if fields["circuit"] == row["circuit"]]
            cleared = [code for code in codes if "clear" in code]  # whose end cleared first
            by_debtor = "clear back" in cleared[0]
            assert (row["cause"], row["ended_by"]) == (
                ("called hung up", "called") if by_debtor else ("normal", "centre")
            )
            assert by_debtor or talks_s > 20.0
            assert row["charged"] == "yes"
            assert row["service"] == "reminder"
            assert_wav_is_whole(inhabited.folder / "recordings" / row["recording"])

    clock(main())


def test_both_ways_were_among_them(house: OpenHouse, clock: Clock) -> None:
    """The longest talk outlasts our goodbye, the shortest does not."""
    causes: list[str] = []

    async def main(talks_s: float) -> None:
        async with house([Subscriber(DEBTOR, rings_s=1.0, talks_s=talks_s)]) as inhabited:
            await call_debtors(inhabited.house.dunning)
            await asyncio.sleep(2.0)
            causes.extend(row["cause"] for row in records(inhabited.folder / "cdr.csv") if row["called"] == DEBTOR)

    clock(main(90.0))
    assert causes == ["normal"]
