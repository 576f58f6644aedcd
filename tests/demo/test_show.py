"""The morning of `kmcc demo`, told from what it leaves: the same for one seed, whole, true, and without secrets."""

from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session
from tests.centre import spoken
from tests.daemon.left_behind import check_recordings, check_records, of_kind, stereo_alaw

from kmcc.demo.show import CONTRACT, START
from kmcc.firmware_sim.morning import manners
from kmcc.store.bills import Bills
from kmcc.store.database import Database
from kmcc.store.passwords import Passwords, Verdict
from kmcc.store.sample import DEBTORS
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet

if TYPE_CHECKING:
    from tests.demo.conftest import Other, Played

QUIET = bytes([0x55, 0xD5, 0x54, 0xD4])
TEN_MINUTES_S = 600.0
SPOKEN_OCTETS = 800  # a tenth of a second


def recordings(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "recordings").iterdir())}


# --- same seed, same octets ---------------------------------------------------------------------------------------


def test_the_same_seed_plays_the_same_morning(morning: "Played", same_again: "Other") -> None:
    again = same_again.played.folder
    assert (morning.folder / "events.jsonl").read_bytes() == (again / "events.jsonl").read_bytes()
    assert (morning.folder / "cdr.csv").read_bytes() == (again / "cdr.csv").read_bytes()
    assert recordings(morning.folder) == recordings(again)


def test_another_seed_plays_another(morning: "Played", another: "Other") -> None:
    assert (morning.folder / "events.jsonl").read_bytes() != (another.played.folder / "events.jsonl").read_bytes()
    assert recordings(morning.folder) != recordings(another.played.folder)
    assert Counter(leg["cause"] for leg in another.played.legs) == Counter(leg["cause"] for leg in morning.legs)


# --- what is kept -------------------------------------------------------------------------------------------------


def test_ten_minutes_of_line_time(morning: "Played", same_again: "Other") -> None:
    assert morning.log[-1].kind == "house.closed"
    assert morning.log[-1].t >= TEN_MINUTES_S
    assert same_again.outcome.line_time_s >= morning.log[-1].t


def test_records_and_recordings(morning: "Played", another: "Other") -> None:
    for played in (morning, another.played):
        check_records(played.folder)
        check_recordings(played.folder)
        assert sorted(path.name for path in played.folder.iterdir()) == [
            "cdr.csv", "events.jsonl", "kmcc.db", "recordings", "summary.html",
        ]  # fmt: skip


def test_no_call_that_spoke_is_silent(morning: "Played") -> None:
    """The right channel is what we sent; whoever talked or pressed keys is on the left."""
    spoke = {e.fields["call"] for e in morning.log if e.kind in ("prompt.started", "seat.connected")}
    pressed = {e.fields["call"] for e in morning.log if e.kind == "key.pressed"}
    assert len(spoke) > 10
    for call in sorted(spoke):
        samples = stereo_alaw(morning.folder / "recordings" / f"{call}.wav")
        assert len(samples[1::2].translate(None, QUIET)) > SPOKEN_OCTETS, call
        if call in pressed:
            assert len(samples[0::2].translate(None, QUIET)) > SPOKEN_OCTETS / 2, call


def test_every_circuit_is_idle_in_the_end(morning: "Played") -> None:
    """Each leg's last bits are the release guard."""
    last = {e.fields["circuit"]: e.fields["what"] for e in morning.log if e.kind == "line.bits"}
    used = {leg["circuit"] for leg in morning.legs}
    assert {last[circuit] for circuit in used} == {"backward 1011 release guard"}


# --- the story ----------------------------------------------------------------------------------------------------


def test_the_bill_that_is_told_is_that_of_the_database(morning: "Played") -> None:
    (told,) = of_kind(morning.log, "bill.told")
    database = Database(f"sqlite:///{morning.folder}/kmcc.db")
    bill = database.run_now(lambda session: Bills(session).all_of(told.fields["number"])[0])
    database.close()
    (words,) = [names.split() for _, names in morning.prompts(told.fields["call"]) if names.startswith("bill-for")]
    ((month, amount_fen),) = spoken.bill(words)
    assert spoken.month_zh(month) == (bill.month.year, bill.month.month)
    assert amount_fen == bill.amount_fen
    assert str(bill.month) == told.fields["month"]


def test_two_wrong_passwords_end_the_call(morning: "Played") -> None:
    call = morning.call_to("1000", calling="3190003")
    assert [e.fields["verdict"] for e in of_kind(morning.log, "identity.refused", call=call)] == ["wrong", "wrong"]
    assert morning.prompts(call)[-1] == ("zh", "password-wrong-twice goodbye")
    (leg,) = morning.legs_of(call)
    assert (leg["cause"], leg["ended_by"]) == ("authentication failed", "centre")


@pytest.mark.parametrize(("called", "new"), [("3181001", "3190001"), ("3181003", "3193009")])
def test_the_new_number_is_announced_twice(morning: "Played", called: str, new: str) -> None:
    """As the recording has it, and before any charge (R-201)."""
    call = morning.call_to(called)
    (names,) = {names for _, names in morning.prompts(call)}
    said = [word.replace("yao", "digit-1").removeprefix("digit-") for word in names.split()[1:]]
    assert "".join(said) == new
    sent = stereo_alaw(morning.folder / "recordings" / f"{call}.wav")[1::2]
    assert sent.count(PromptSet.load(None).fingerprint("number-changed", Language.ZH)) == 2
    heard_at = of_kind(morning.log, "prompt.started", call=call)[0].t
    assert all(e.t > heard_at for e in of_kind(morning.log, "call.answered", call=call))


def test_an_announcement_alone_is_not_charged(morning: "Played") -> None:
    (leg,) = morning.legs_of(morning.call_to("3181001"))
    assert (leg["answered_at"], leg["charged"], leg["duration_ms"]) == ("", "no", "0")


@pytest.mark.parametrize(("called", "new"), [("3181002", "3192008"), ("3181003", "3193009")])
def test_the_call_is_forwarded(morning: "Played", called: str, new: str) -> None:
    inward, onward = morning.legs_of(morning.call_to(called))
    assert (inward["called"], inward["direction"], onward["called"], onward["direction"]) == (called, "in", new, "out")
    assert inward["calling"] == onward["calling"]
    assert onward["answered_at"] != ""
    assert onward["answered_at"] <= inward["answered_at"]
    assert int(inward["duration_ms"]) > 1000


def test_a_notice_that_has_run_out_is_an_ordinary_call_to_a_number_that_is_vacant(morning: "Played") -> None:
    call = morning.call_to("3181004")
    assert morning.prompts(call) == []
    assert [leg["cause"] for leg in morning.legs_of(call)] == ["vacant number", "vacant number"]
    assert morning.legs_of(call)[1]["called"] == "3181004"


def test_a_vacant_number(morning: "Played") -> None:
    """Refused while its digits still come: nothing was offered, and there is a record all the same."""
    offered = {e.fields["call"] for e in of_kind(morning.log, "call.offered")}
    (seized,) = [e for e in of_kind(morning.log, "call.seized") if e.fields["call"] not in offered]
    (leg,) = morning.legs_of(seized.fields["call"])
    assert leg["cause"] == "vacant number"
    assert of_kind(morning.log, "register.signal", circuit=leg["circuit"], what="backward A5 vacant number")


def test_the_english_caller_heard_english(morning: "Played") -> None:
    call = morning.call_to("1000", calling="3191005")
    assert {language for language, _ in morning.prompts(call)} == {"en"}
    sent = stereo_alaw(morning.folder / "recordings" / f"{call}.wav")[1::2]
    assert PromptSet.load(None).fingerprint("welcome", Language.EN) in sent
    assert PromptSet.load(None).fingerprint("welcome", Language.ZH) not in sent
    assert of_kind(morning.log, "seat.connected", call=call)[0].fields["seat"] == "804"  # the seat that speaks it


QUEUE = ("3190002", "3190003", "3191006", "3192007", "3192008", "3194012")
SCENE_S = (244.0, 344.0)


def test_six_callers_for_two_seats(morning: "Played") -> None:
    """Of equal callers who comes first is served first; the important customer goes before them; one gives up."""
    inside = [e for e in morning.log if SCENE_S[0] < e.t < SCENE_S[1]]
    number = {e.fields["call"]: e.fields["calling"] for e in of_kind(inside, "call.offered")}
    assert sorted(number.values()) == sorted(QUEUE)
    entered = of_kind(inside, "queue.entered")
    served = [e.fields["call"] for e in of_kind(inside, "seat.connected")]
    ordinary = [e.fields["call"] for e in entered if e.fields["grade"] == 0]
    (important,) = [e.fields["call"] for e in entered if e.fields["grade"] > 0]
    (gave_up,) = set(number) - set(served)
    assert number[important] == "3192007"
    assert number[gave_up] == QUEUE[-1]
    assert [call for call in served if call != important] == [call for call in ordinary if call != gave_up]
    assert {e.fields["seat"] for e in of_kind(inside, "seat.connected")} == {"803", "804"}
    assert [leg["cause"] for leg in morning.legs_of(gave_up)] == ["caller hung up"]


def test_three_debtors(morning: "Played") -> None:
    """One answers; one is busy by its tone and answers two minutes later; one lets it ring three times."""
    results = {
        debtor: [
            (e.fields["attempt"], e.fields["result"]) for e in of_kind(morning.log, "campaign.result", number=debtor)
        ]
        for debtor in DEBTORS
    }
    assert results == {
        "3190003": [(1, "answered")],
        "3191005": [(1, "busy"), (2, "answered")],
        "3194011": [(1, "no answer"), (2, "no answer"), (3, "no answer")],
    }
    tones = [(e.fields["result"], e.fields["tone"]) for e in of_kind(morning.log, "call.classified")]
    assert Counter(tones) == {("busy", "busy"): 1, ("no answer", "ring_back"): 3}
    assert [e.fields["number"] for e in of_kind(morning.log, "reminder.heard")] == ["3190003", "3191005"]


def test_a_retry_comes_after_the_configured_minutes(morning: "Played") -> None:
    for debtor in ("3191005", "3194011"):
        dialled = [e.t for e in of_kind(morning.log, "campaign.dialled", number=debtor)]
        ended = [e.t for e in of_kind(morning.log, "campaign.result", number=debtor)]
        waits = [round(after - before, 2) for before, after in zip(ended, dialled[1:], strict=False)]
        assert waits
        assert set(waits) == {120.0}


def _latest_fen(session: Session, number: str) -> int:
    return Bills(session).all_of(number)[0].amount_fen


def test_the_amounts_that_debtors_hear(morning: "Played") -> None:
    database = Database(f"sqlite:///{morning.folder}/kmcc.db")
    for event in of_kind(morning.log, "reminder.heard"):
        number: str = event.fields["number"]
        owed = database.run_now(partial(_latest_fen, number=number))
        notices = [names for _, names in morning.prompts(event.fields["call"]) if names.startswith("reminder-for")]
        words = notices[0].split()
        assert spoken.fen(words[words.index("reminder-owes") + 1 : words.index("reminder-please")]) == owed
    database.close()


def test_thirty_circuits_are_busy_at_once(morning: "Played") -> None:
    busy, most = set(), 0
    circuit_of: dict[tuple[str, int], str] = {}
    legs: Counter[str] = Counter()
    for event in morning.log:
        if event.kind in ("call.seized", "call.placed"):
            legs[event.fields["call"]] += 1
            circuit_of[event.fields["call"], legs[event.fields["call"]]] = event.fields["circuit"]
            busy.add(event.fields["circuit"])
        elif event.kind == "cdr.written":
            busy.discard(circuit_of[event.fields["call"], event.fields["leg"]])
        most = max(most, len(busy))
    assert most == 30


# --- secrets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_no_password_is_kept_anywhere(morning: "Played", another: "Other", seed: int) -> None:
    """Not in the files, not in what was printed, not in the keys of a call put together."""
    played = morning if seed == 1 else another.played
    rng = Random(seed)
    manners(rng, 4)
    password = f"{rng.randrange(1_000_000):06d}"
    database = Database(f"sqlite:///{played.folder}/kmcc.db")
    found = database.run_now(lambda session: Passwords(session).check(CONTRACT, password, START))
    database.close()
    assert found.verdict is Verdict.RIGHT
    for path in sorted(played.folder.iterdir()):
        if path.is_file():
            assert password.encode() not in path.read_bytes(), path
    assert password not in played.printed
    keys: dict[str, str] = {}
    for event in of_kind(played.log, "key.pressed"):
        keys[event.fields["call"]] = keys.get(event.fields["call"], "") + event.fields["key"]
    assert any("******" in joined for joined in keys.values())
    assert not [joined for joined in keys.values() for word in (password, "000000", "111111") if word in joined]


# --- what is shown ------------------------------------------------------------------------------------------------


def test_the_speed_is_printed_and_was_measured(morning: "Played", same_again: "Other") -> None:
    """How fast is no matter of a test; that it was measured over half a minute with all channels busy is."""
    (line,) = [line for line in morning.printed.splitlines() if line.startswith("with 30 busy channels: ")]
    assert line.endswith(" times faster than real time")
    assert int(line.split()[4]) > 0
    assert same_again.outcome.rush_s >= 30.0
    assert same_again.outcome.rush_ratio is not None


def test_the_ladders(morning: "Played", same_again: "Other") -> None:
    """Each call of a quiet scene has its ladder, with the standard's words, one compelled cycle a row."""
    text = same_again.played.printed
    (first,) = [part for part in text.split("╰") if "1. bill query" in part]
    rows = [" ".join(line.strip("│ ").split()) for line in first.splitlines()]
    assert "0.000 0011 seizure 1111 seizing acknowledgement" in rows
    assert any(row.endswith("1 digit A6 send KA and calling number") for row in rows)
    assert any(row.endswith("0 digit A3 number complete, send KD") for row in rows)
    assert any(row.endswith("0111 answer") for row in rows)
    assert any(row.endswith("key *") for row in rows)
    assert any(row.endswith("1011 release guard") for row in rows)
    assert all(len(line) <= 100 for line in text.splitlines())
    for leg in morning.legs:
        assert leg["chain"] in text
