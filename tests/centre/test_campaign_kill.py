"""A house killed at every step of a campaign, and begun again: nobody is lost, nobody dialled twice in one attempt.

The first house is a child process that kills itself with SIGKILL at the n-th event of its log, or right before or after
the n-th commit of its database. The second one finds what is on the disk, and nothing else.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from tests.centre.campaign_house import NINE, NOTICE, begin, play, until_over
from tests.daemon.left_behind import events, of_kind

from kmcc.centre.campaigns.desk import CampaignRecord
from kmcc.daemon.house import House
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber

TOWN = [
    Subscriber("3190001", rings_s=1.0, talks_s=60.0, presses=(("press-1-confirm", "1"),)),
    Subscriber("3190002", (Habit.BUSY_SIGNAL, Habit.ANSWERS), rings_s=1.0, talks_s=60.0),
]
CONTACTS = "number\n3190001\n3190002\n3190004\n"
DEFINITION = (
    NOTICE
    + """
[budget]
attempts = 2
"""
)
ASKS = DEFINITION.replace('say = ["hello"]', 'questions = [{ name = "ok", say = ["press-1-confirm"], plays = 1 }]')
KINDS = (
    "campaign.added", "campaign.state", "campaign.dialled", "campaign.result", "campaign.call", "campaign.answer",
    "call.placed", "call.answered", "call.released",
)  # fmt: skip
STEPS = 100


def watch(house: House, step: Callable[[], None]) -> None:
    """`step` at every event of the log, and on both sides of every commit."""
    for kind in KINDS:
        house.journal.listen(kind, lambda _: step())
    session: Any = house.database._sessions
    event.listen(session, "before_commit", lambda _: step())
    event.listen(session, "after_commit", lambda _: step())


def first_house(folder: Path, step: Callable[[], None]) -> None:
    async def story(house: House) -> None:
        watch(house, step)
        await until_over(house, await begin(house, ASKS, CONTACTS))

    play(folder, story, TOWN)


def killed_at(folder: Path, number: int) -> bool:
    """Whether it lived so long that it could be killed there."""
    child = os.fork()
    if child == 0:
        left = [number]

        def step() -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            first_house(folder, step)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def second_house(folder: Path) -> CampaignRecord | None:
    """What became of it; None when it had not been put down, or not been started, before the kill."""
    told: list[CampaignRecord] = []

    async def story(house: House) -> None:
        names = [one.name for one in await house.autodial.desk.all()]
        if "notice" in names and (await house.autodial.desk.status("notice")).state != "new":
            told.append(await until_over(house, "notice"))

    play(folder, story, TOWN, NINE + timedelta(minutes=10))
    return told[0] if told else None


def test_there_are_so_many_steps(tmp_path: Path) -> None:
    seen: list[None] = []
    first_house(tmp_path, lambda: seen.append(None))
    assert STEPS - 15 <= len(seen) <= STEPS


@pytest.mark.parametrize("number", range(1, STEPS, 6))
def test_killed_at_this_step(tmp_path: Path, number: int) -> None:
    was_killed = killed_at(tmp_path, number)
    record = second_house(tmp_path)
    log = events(tmp_path)
    if record is None:
        assert of_kind(log, "campaign.dialled") == []
        return
    assert was_killed or record.status.state == "finished"
    assert [one.verdict is None for one in record.listed.snapshot.contacts] == [False] * 3
    made = Counter((one.contact, one.number) for one in record.attempts)
    assert all(count <= 2 for count in made.values())
    assert all(one.result is not None for one in record.attempts)
    dialled = Counter((e.fields["contact"], e.fields["attempt"]) for e in of_kind(log, "campaign.dialled"))
    assert all(count == 1 for count in dialled.values())
    assert set(dialled) <= {(one.contact, one.attempt) for one in record.attempts}
    placed = Counter(e.fields["called"] for e in of_kind(log, "call.placed"))
    assert all(placed[number] <= made[contact, number] for contact, number in made)
    for one in of_kind(log, "campaign.answer"):
        assert record.answers[one.fields["contact"]][one.fields["question"]] == one.fields["key"]
