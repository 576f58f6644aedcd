"""A visit on a real call: slow and broken functions, messages, proofs, the end."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.switch.voice_book import FUNCTIONS, NOW, book_of, node, text_of

from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Noted, Rig
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause
from kmcc.switch.voice.function import (
    Answer,
    Business,
    CallBackEnd,
    FaxOutcome,
    Function,
    Handover,
    TransferEnd,
)
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.talk import Navigation, talk
from kmcc.switch.voice.value import Secret, Value

Run = Callable[[Call, Mapping[str, Value]], Coroutine[Any, Any, Answer]]
PIN = "904817"


class Centre:
    """Does what flows ask, and remembers it; `answer` is that of every function."""

    def __init__(self, answer: Answer, after_s: float = 0.0) -> None:
        self._answer = answer
        self._after_s = after_s
        self.asked: list[Mapping[str, Value]] = []
        self.handovers: list[Handover] = []
        self.proofs: list[tuple[str, str]] = []

    async def run(self, _call: Call, values: Mapping[str, Value]) -> Answer:
        self.asked.append(values)
        await asyncio.sleep(self._after_s)
        return self._answer

    async def check(self, _call: Call, account: Secret, password: Secret) -> Answer:
        self.proofs.append((account.reveal(), password.reveal()))
        return Answer(values={"number": account.reveal()}) if password.reveal() == PIN else Answer("wrong")

    async def transfer(self, _call: Call, handover: Handover) -> TransferEnd:
        self.handovers.append(handover)
        return TransferEnd.FULL

    async def call_back(self, _call: Call, handover: Handover, number: str) -> CallBackEnd:
        self.handovers.append(handover)
        return CallBackEnd.DONE if number else CallBackEnd.REFUSED

    async def fax(self, _call: Call, _document: str, handover: Handover) -> FaxOutcome:
        self.handovers.append(handover)
        return FaxOutcome.KEPT

    def business(self) -> Business:
        functions = {name: Function(signature, self.run) for name, signature in FUNCTIONS.items()}
        return Business(functions, {"identity": self.check}, self.transfer, self.call_back, self.fax)


def played(rig: Rig) -> list[object]:
    return [entry.fields["prompt"] for entry in rig.journal.of("prompt.started")]


Script = Callable[[Caller], Coroutine[Any, Any, None]]


async def one_call(sim: Sim, book: FlowBook, centre: Centre, script: Script) -> Rig:
    async def flow(call: Call) -> None:
        await call.answer()
        calendar = Calendar(NOW, asyncio.get_running_loop().time)
        await talk(call, "centre", "ordinary", Navigation(book, centre.business(), calendar))

    async with sim({"desk": flow}) as rig:
        async with rig.caller("3190001", channels=[1]) as caller:
            await caller.dial("1000")
            await script(caller)
        return rig


async def listens(caller: Caller) -> None:
    await caller.released(timeout_s=120.0)


def visit(sim: Sim, clock: Clock, book: FlowBook, centre: Centre, script: Script = listens) -> Rig:
    return clock(one_call(sim, book, centre, script))


ASK = text_of(
    node("root", 'query = "kind-of-line", into = { line = "line" }', 'play = ["hello"]', 'goto = "end"'),
    node("failed", 'play = ["technical-fault"]', 'goto = "end"'),
).replace('fault = "end"', 'fault = "failed"')
WORD = Answer(values={"line": "isdn"})


def test_a_quick_answer_needs_no_word(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    rig = visit(sim, clock, book_of(tmp_path, ASK), Centre(WORD, after_s=0.9))
    assert played(rig) == ["hello", "goodbye"]
    assert [record.cause for record in rig.records] == [Cause.NORMAL]


def test_a_slow_answer_has_the_caller_asked_to_wait(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    """R-237: after a second; the answer cuts the word short."""
    rig = visit(sim, clock, book_of(tmp_path, ASK), Centre(WORD, after_s=1.5))
    assert played(rig) == ["please-hold", "hello", "goodbye"]
    first, second, _ = rig.journal.of("prompt.started")
    assert second.at_s - first.at_s == pytest.approx(0.5, abs=0.02)


def test_an_answer_that_does_not_come_is_a_failure(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    rig = visit(sim, clock, book_of(tmp_path, ASK), Centre(WORD, after_s=3600))
    assert played(rig) == ["please-hold", "technical-fault", "goodbye"]
    (alarm,) = rig.journal.of("alarm.flow")
    asked: Noted = rig.journal.of("ivr.node")[0]
    assert alarm.at_s - asked.at_s == pytest.approx(10.0, abs=0.05)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(values={}),
        Answer(values={"line": 7}),
        Answer(values={"line": "isdn", "more": "x"}),
        Answer("unheard of"),
    ],
)
def test_a_function_that_breaks_its_word_is_a_failure(sim: Sim, clock: Clock, tmp_path: Path, answer: Answer) -> None:
    rig = visit(sim, clock, book_of(tmp_path, ASK), Centre(answer))
    assert played(rig) == ["technical-fault", "goodbye"]
    assert len(rig.journal.of("alarm.flow")) == 1


WHOLE = text_of(
    node(
        "root",
        'authenticate = "identity", account = ["enter-number"], password = ["enter-password"], refused = "end"',
        'fax = "bill", on = { kept = "kept", unavailable = "end" }',
        'goto = "end"',
    ),
    node("kept", 'callback = "fault", number = "account", refused = "end"', 'goto = "message"'),
    node(
        "message",
        'record = "idea", prompts = ["leave-suggestion"], limit_s = 20, silence_s = 2, nothing = "end"',
        'transfer = "bill", full = "end"',
        'goto = "end"',
    ),
)


def test_everything_that_people_and_machines_do(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    centre = Centre(WORD)

    async def script(caller: Caller) -> None:
        await caller.hear("enter-number")
        await caller.press("3190009#")
        await caller.hear("enter-password")
        await caller.press(f"{PIN}#")
        await caller.hear("leave-suggestion")
        await asyncio.sleep(3.0)
        await caller.say("welcome")
        await caller.released(timeout_s=60.0)

    rig = visit(sim, clock, book_of(tmp_path, WHOLE), centre, script)
    assert centre.proofs == [("3190009", PIN)]
    assert [handover.service for handover in centre.handovers] == [None, "fault", "bill"]
    assert {handover.account for handover in centre.handovers} == {"3190009"}
    assert centre.handovers[-1].data == {"account": "3190009"}
    assert centre.handovers[-1].path == ("message",)
    (message,) = rig.journal.of("message.recorded")
    assert rig.journal.of("message.begun")[0].fields["topic"] == "idea"
    length = message.fields["duration_s"]
    assert isinstance(length, float)
    assert length > 2.0
    assert [entry.fields["outcome"] for entry in rig.journal.of("fax.asked")] == ["kept"]
    written = repr(rig.journal.entries)
    assert PIN not in written
    assert "3190009" not in "".join(str(entry.fields["key"]) for entry in rig.journal.of("key.pressed"))


def test_nothing_said_is_no_message(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    text = text_of(
        node("root", 'record = "idea", prompts = ["hello"], silence_s = 2, nothing = "none"', 'goto = "end"'),
        node("none", 'hang_up = "refused", after_s = 0'),
    )
    rig = visit(sim, clock, book_of(tmp_path, text), Centre(WORD))
    assert [record.cause for record in rig.records] == [Cause.REFUSED]
    assert played(rig) == ["hello"]
