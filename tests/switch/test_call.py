"""A call as flows see it, over a simulated board: what callers hear, what their keys bring, how it ends."""

import asyncio

import pytest

from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Rig
from kmcc.switch.announce import Language
from kmcc.switch.call import Call, CallEnded, ConnectFailed, Secrecy
from kmcc.switch.circuit import Cause

KEY_S = 0.2


async def prompts_of(rig: Rig) -> list[str]:
    return [str(entry.fields["prompt"]) for entry in rig.journal.of("prompt.started")]


def test_nothing_is_charged_before_answer_and_the_caller_hears_all_the_same(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.alert()
        assert not call.answered
        await call.play(("welcome",), times=2)
        await call.release(Cause.VACANT_NUMBER)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("welcome")
                await caller.hear("welcome")
                await caller.hear_tone("vacant")  # no line signal tells it before answer
            (record,) = rig.records
            assert (record.charged, record.duration_ms, record.cause) == (False, 0, Cause.VACANT_NUMBER)

    clock(main())


@pytest.mark.parametrize("language", Language)
def test_prompts_come_in_the_language_of_the_call(language: Language, sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        call.language = language
        await call.answer()
        await call.play(("welcome",))

    async def main() -> None:
        async with sim({"desk": flow}) as rig, rig.caller() as caller:
            caller.language = language
            await caller.dial("1000")
            await caller.hear("welcome", timeout_s=5.0)

    clock(main())


CASES = {
    # keys pressed, digits wanted -> keys taken
    "all digits": ("123", 3, "123"),
    "ended by the terminator": ("12#", 5, "12"),
    "too slow": ("12", 5, "12"),
    "none": ("", 3, ""),
    "terminator alone": ("#", 3, ""),
    "star is a key": ("*1", 2, "*1"),
}


@pytest.mark.parametrize("case", CASES)
def test_keys_of_a_prompt(case: str, sim: Sim, clock: Clock) -> None:
    pressed, digits, wanted = CASES[case]
    taken: list[str] = []

    async def flow(call: Call) -> None:
        await call.answer()
        taken.append(await call.collect(("enter-number",), digits=digits, timeout_s=3.0))

    async def main() -> None:
        async with sim({"desk": flow}) as rig, rig.caller() as caller:
            await caller.dial("1000")
            await caller.hear("enter-number")
            await caller.press(pressed)
            await caller.released()
        assert taken == [wanted]

    clock(main())


def test_a_key_stops_the_prompt_and_keys_pressed_ahead_serve_the_next_one(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        for _ in range(2):
            began_s = asyncio.get_running_loop().time()
            key = await call.collect(("main-menu",), digits=1, timeout_s=3.0)
            call.note("took", key=key, ms=round((asyncio.get_running_loop().time() - began_s) * 1000))

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await asyncio.sleep(1.0)
                await caller.press("12")
                await caller.released()
            first, second = rig.journal.of("took")
            assert (first.fields["key"], second.fields["key"]) == ("1", "2")
            assert isinstance(first.fields["ms"], int)
            assert first.fields["ms"] < 2000
            assert isinstance(second.fields["ms"], int)
            assert second.fields["ms"] < 300

    clock(main())


def test_secret_keys_leave_no_trace(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        assert await call.collect(("enter-password",), digits=6, timeout_s=3.0, secret=Secrecy.SECRET) == "904817"

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("enter-password")
                await caller.press("904817")
                await caller.released()
            keys = rig.journal.of("key.pressed")
            assert [entry.fields["key"] for entry in keys] == ["*"] * 6
            assert all(entry.fields["masked"] for entry in keys)

    clock(main())


@pytest.mark.parametrize("what", ["play", "collect", "sleep", "connect", "queue", "until", "alert", "answer"])
def test_everything_ends_with_call_ended_when_the_caller_has_hung_up(what: str, sim: Sim, clock: Clock) -> None:
    causes: list[Cause] = []

    async def flow(call: Call) -> None:
        await call.answer()
        with pytest.raises(CallEnded):
            await call.sleep(60.0)
        actions = {
            "play": lambda: call.play(("welcome",)),
            "collect": lambda: call.collect(("welcome",), digits=1, timeout_s=5.0),
            "sleep": lambda: call.sleep(1.0),
            "connect": lambda: call.connect("3192008"),
            "queue": lambda: call.queue(None),
            "until": lambda: call.until(timeout_s=1.0),
            "alert": call.alert,
            "answer": call.answer,
        }
        try:
            await actions[what]()
        except CallEnded as ended:
            causes.append(ended.cause)

    async def main() -> None:
        async with sim({"desk": flow}, subscribers=[Subscriber("3192008")]) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await asyncio.sleep(1.0)
            assert causes == [Cause.CALLER_HUNG_UP]
            assert len(rig.records) == 1  # nobody was dialled
            assert rig.journal.of("prompt.started") == []

    clock(main())


def test_release_ends_the_flow_with_its_cause(sim: Sim, clock: Clock) -> None:
    seen: list[Cause] = []

    async def flow(call: Call) -> None:
        await call.answer()
        try:
            await call.release(Cause.AUTHENTICATION_FAILED)
        except CallEnded as ended:
            seen.append(ended.cause)
            with pytest.raises(CallEnded) as again:
                await call.release(Cause.NORMAL)
            seen.append(again.value.cause)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.released()
            assert [record.cause for record in rig.records] == [Cause.AUTHENTICATION_FAILED]
            assert seen[0] is Cause.AUTHENTICATION_FAILED

    clock(main())


@pytest.mark.parametrize(("habit", "tone"), [(Habit.BUSY_TONE, "busy"), (Habit.RINGS_OUT, "ring_back")], ids=str)
def test_before_answer_the_caller_hears_what_the_far_exchange_sends(
    habit: Habit, tone: str, sim: Sim, clock: Clock
) -> None:
    async def flow(call: Call) -> None:
        await call.connect("3192008")

    async def main() -> None:
        async with sim({"desk": flow}, subscribers=[Subscriber("3192008", (habit,))]) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear_tone(tone)
                assert not caller.leg.answered.done()
            assert [record.charged for record in rig.records] == [False, False]

    clock(main())


def test_a_flow_may_go_on_when_the_other_party_is_not_reached_or_has_hung_up(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        with pytest.raises(ConnectFailed) as failed:
            await call.connect("3193009")
        assert failed.value.cause is Cause.VACANT_NUMBER
        assert await call.connect("3192008") is Cause.CALLED_HUNG_UP
        await call.play(("goodbye",))

    async def main() -> None:
        async with sim({"desk": flow}, subscribers=[Subscriber("3192008", rings_s=0.5, talks_s=3.0)]) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("hello")
                await caller.hear("goodbye")
                await caller.released()
            legs = [(record.leg, record.cause) for record in rig.records]
            assert legs == [(2, Cause.VACANT_NUMBER), (3, Cause.CALLED_HUNG_UP), (1, Cause.NORMAL)]

    clock(main())
