"""Campaigns in a whole house in virtual time: everybody's fate, seats, keys, and orders that cannot be."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.centre.campaign_house import LIST, NOTICE, TOWN, Story, begin, fates, until_over
from tests.centre.campaign_house import play as play_house
from tests.daemon.left_behind import Logged, check_records, events, of_kind

from kmcc.centre.campaigns.contact_list import read_contacts
from kmcc.centre.campaigns.errors import NotNowError
from kmcc.daemon.house import House
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.store.do_not_call import DoNotCall

TO_SEATS = """
name = "sales"
[pacing]
mode = "progressive"
lines = 4
[seat]
service = "centre"
within_s = 8
sorry = ["all-busy"]
"""


def play(folder: Path, story: Story, people: Sequence[Subscriber] = ()) -> list[Logged]:
    """The log; every leg must have its record."""
    play_house(folder, story, people)
    check_records(folder)
    return events(folder)


def test_everybody_is_called_and_his_fate_is_written(tmp_path: Path) -> None:
    """He answers; is busy first; is not at home; does not exist; hangs up in the middle."""

    async def story(house: House) -> None:
        record = await until_over(house, await begin(house, NOTICE, LIST))
        assert fates(record) == {
            "3190001": ("reached", ["answered"]),
            "3190002": ("reached", ["busy", "answered"]),
            "3190003": ("not reached", ["no answer"] * 3),
            "3190004": ("vacant number", ["vacant number"]),
            "3190005": ("reached", ["answered, heard in part"]),
        }
        assert (record.status.state, record.status.done, record.status.attempts) == ("finished", 5, 8)

    log = play(tmp_path, story, TOWN)
    assert len(of_kind(log, "campaign.dialled")) == 8
    assert [e.fields["state"] for e in of_kind(log, "campaign.state", campaign="notice")] == [
        "running",
        "finished",
    ]


def test_what_is_keyed_is_written_and_the_tally_is_exact(tmp_path: Path) -> None:
    """A confirmation and a survey of two questions: one confirms, one says no to all, one hangs up before the last."""
    definition = """
    name = "survey"
    [talk]
    say = ["hello", { digits = "number_of_bill" }, { amount = "owed" }]
    confirm = "understood"
    questions = [
      { name = "understood", say = ["press-1-confirm"], keys = "1" },
      { name = "satisfied", say = ["main-menu"], keys = "12", plays = 1 },
      { name = "again", say = ["enter-number"], keys = "12", plays = 1 },
    ]
    """
    keys = (("press-1-confirm", "1"), ("main-menu", "2"), ("enter-number", "1"))
    people = [
        Subscriber("3190001", rings_s=1.0, talks_s=90.0, presses=keys),
        Subscriber("3190002", rings_s=1.0, talks_s=90.0, presses=(("press-1-confirm", "1"), ("main-menu", "1"))),
        Subscriber("3190003", rings_s=1.0, talks_s=22.0, presses=(("press-1-confirm", "7"),)),
    ]
    contacts = "number,number_of_bill,owed\n3190001,3190001,3560\n3190002,3190002,100\n3190003,3190003,5\n"

    async def story(house: House) -> None:
        record = await until_over(house, await begin(house, definition, contacts))
        assert record.answers == {
            "3190001": {"understood": "1", "satisfied": "2", "again": "1"},
            "3190002": {"understood": "1", "satisfied": "1"},
        }
        assert record.tally == {"understood": {"1": 2}, "satisfied": {"1": 1, "2": 1}, "again": {"1": 1}}
        assert [r for _, r in fates(record).values()] == [["answered"], ["answered"], ["answered, heard in part"]]

    play(tmp_path, story, people)


def test_who_does_not_want_calls_is_not_called_again_not_even_this_minute(tmp_path: Path) -> None:
    """One opts out by key, one is put on the list while the campaign runs, and the next campaign skips both."""
    asks = """
    name = "asks"
    [talk]
    opt_out_key = "9"
    questions = [{ name = "understood", say = ["press-1-confirm"] }]
    [pacing]
    lines = 1
    """
    out = Subscriber("3190001", rings_s=1.0, talks_s=60.0, presses=(("press-1-confirm", "9"),))
    people = [out, Subscriber("3190002", rings_s=1.0), Subscriber("3190003", rings_s=1.0, talks_s=60.0)]
    contacts = "number,number2\n3190001,\n3190002,3190003\n3190004,\n"

    async def story(house: House) -> None:
        name = await begin(house, asks, contacts)
        await asyncio.sleep(2.0)
        now = house.calendar.now()
        house.database.run_now(lambda session: DoNotCall(session).add("3190002", "by letter", now))
        house.database.run_now(lambda session: DoNotCall(session).add("3190004", "by letter", now))
        record = await until_over(house, name)
        verdicts = {contact: (verdict, len(made)) for contact, (verdict, made) in fates(record).items()}
        assert verdicts == {"3190001": ("reached", 1), "3190002": ("reached", 1), "3190004": ("do not call", 0)}
        assert record.attempts[1].number == "3190003"
        order = house.autodial.read_order(NOTICE, "test")
        check = await house.autodial.desk.check(order, read_contacts("number\n3190001\n3190002\n", "list"))
        assert [one.contact.id for one in check.skipped] == ["3190001", "3190002"]

    log = play(tmp_path, story, people)
    assert [e.fields["number"] for e in of_kind(log, "campaign.dialled")] == ["3190001", "3190003"]
    assert [e.fields["called"] for e in of_kind(log, "call.placed")] == ["3190001", "3190003"]


@pytest.mark.parametrize(("habit", "result"), [(Habit.MACHINE, "answering machine"), (Habit.FAX, "fax or modem")])
def test_machines_are_not_talked_to(tmp_path: Path, habit: Habit, result: str) -> None:
    people = [Subscriber("3190001", (habit,), rings_s=1.0, talks_s=30.0, greeting=("welcome", "main-menu"))]
    definition = NOTICE + "[party]\nenabled = true\n[budget]\nattempts = 1\n"

    async def story(house: House) -> None:
        record = await until_over(house, await begin(house, definition, "number\n3190001\n"))
        assert fates(record) == {"3190001": ("not reached", [result])}

    log = play(tmp_path, story, people)
    assert of_kind(log, "prompt.started") == []


def test_persons_are_handed_over_to_seats_one_call_a_free_seat(tmp_path: Path) -> None:
    """Two integrated seats serve it; each of six persons talks with one of them."""
    people = [Subscriber(f"319000{n}", rings_s=2.0, talks_s=120.0) for n in range(6)]
    contacts = "number\n" + "".join(f"319000{n}\n" for n in range(6))

    async def story(house: House) -> None:
        name = await begin(house, TO_SEATS, contacts)
        most = 0
        while name in house.autodial.desk.runs:
            most = max(most, len(house.calls.calls))
            await asyncio.sleep(0.5)
        record = await house.autodial.desk.report(name)
        assert most == 2
        assert {fate for fate, _ in fates(record).values()} == {"reached"}
        assert {one.seat for one in record.attempts} == {"803", "804"}
        assert record.status.abandon_rate == 0.0

    log = play(tmp_path, story, people)
    assert len(of_kind(log, "seat.connected")) == 6


def test_who_finds_no_seat_in_time_is_told_so_and_counts_as_abandoned(tmp_path: Path) -> None:
    """Six calls a free seat, and the seats lift in 2 s: two are served, the others hear that all are busy."""
    people = [Subscriber(f"319000{n}", rings_s=2.0, talks_s=60.0) for n in range(4)]
    contacts = "number\n" + "".join(f"319000{n}\n" for n in range(4))
    definition = TO_SEATS.replace('"progressive"', '"ratio"\nratio = 2.0\nabandon_cap = 1.0')

    async def story(house: House) -> None:
        earned = house.autodial.desk
        name = await begin(house, definition, contacts)
        run = earned.runs[name]
        for _ in range(99):
            run.campaign.pacer.meter.answered(house.calendar.now())
        run.dialler.count_seats(2, 0, 0)
        await asyncio.sleep(40.0)
        await earned.stop(name)
        record = await earned.report(name)
        results = sorted(one.result.value for one in record.attempts if one.result is not None)
        assert results == ["answered", "answered", "answered, no seat", "answered, no seat"]
        assert record.status.abandon_rate == 0.5

    log = play(tmp_path, story, people)
    assert len(of_kind(log, "campaign.abandoned")) == 2
    assert len(of_kind(log, "queue.abandoned")) == 2


def test_stopped_resumed_and_orders_that_cannot_be(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        desk = house.autodial.desk
        name = await begin(house, NOTICE.replace("lines = 4", "lines = 1"), LIST)
        await asyncio.sleep(2.0)
        await desk.stop(name)
        await asyncio.sleep(120.0)
        assert (await desk.status(name)).attempts == 1
        for order, words in (
            (desk.start(name), "cannot start, it is stopped; expected a new one"),
            (desk.stop(name), "cannot stop, it is stopped; expected running"),
            (desk.preview(name, "801"), "cannot show a contact, it is stopped"),
        ):
            with pytest.raises(NotNowError, match=words):
                await order
        await desk.withdraw(name, "3190003")
        await desk.resume(name)
        record = await until_over(house, name)
        assert fates(record)["3190003"] == ("withdrawn", [])
        with pytest.raises(NotNowError, match="cannot resume, it is finished"):
            await desk.resume(name)

    play(tmp_path, story, TOWN)


def test_a_seat_looks_at_a_contact_first_and_its_own_telephone_rings(tmp_path: Path) -> None:
    """R-181: shown with his data, taken by 804; the other contact is passed and comes back later."""
    people = [Subscriber(f"319000{n}", rings_s=2.0, talks_s=30.0) for n in range(2)]
    definition = TO_SEATS.replace('"progressive"', '"preview"').replace(
        "name =", "retry_minutes = { no_answer = 1 }\nname ="
    )

    async def story(house: House) -> None:
        desk = house.autodial.desk
        name = await begin(house, definition, "number,owed\n3190000,3560\n3190001,100\n")
        shown = await desk.preview(name, "804")
        assert shown is not None
        assert (shown[0].number, shown[1].data) == ("3190000", {"owed": "3560"})
        other = await desk.preview(name, "803")
        assert other is not None
        assert await desk.preview(name, "803") == other
        assert await desk.preview(name, "801") is None
        await desk.pass_preview(name, other[0].contact, "803")
        await desk.take_preview(name, "3190000", "804")
        await asyncio.sleep(61.0)
        again = await desk.preview(name, "803")
        assert again is not None
        await desk.take_preview(name, again[0].contact, "803")
        record = await until_over(house, name)
        assert [(one.contact, one.seat) for one in record.attempts] == [("3190000", "804"), ("3190001", "803")]
        assert {fate for fate, _ in fates(record).values()} == {"reached"}

    log = play(tmp_path, story, people)
    assert [e.fields["seat"] for e in of_kind(log, "seat.connected")] == ["804", "803"]
    popped = of_kind(log, "seat.offered")
    assert [(e.fields["calling"], e.fields["data.owed"]) for e in popped] == [("3190000", "3560"), ("3190001", "100")]
