"""Simulated people: what they hear, what they do, and what they say when it did not go as written."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.house.aftermath import assert_no_timer, assert_ports_quiet

from kmcc.dsp.engine import EngineEvent
from kmcc.dsp.tone import CHINA_TONES
from kmcc.dsp.wav import write_alaw_wav
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair, Sim
from kmcc.firmware_sim.rig import Plant
from kmcc.switch.announce import Language
from kmcc.switch.call import Call, QueueGaveUp
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath

PORT = 3


# --- ears ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dial", "ring_back", "busy", "congestion", "vacant"])
def test_ears_know_each_tone_and_take_none_for_another(name: str, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        others = {"dial", "ring_back", "busy", "congestion", "vacant"} - {name}
        ears = Ears(e1_pair.far, PORT)
        e1_pair.near.engine.send_tone(PORT, CHINA_TONES[name])
        assert await ears.tone(name, 12.0)
        for other in sorted(others):
            assert not await ears.tone(other, 3.0), other
        e1_pair.near.engine.stop_tone(PORT)
        ears.close()

    clock(main(), e1_pair.frames)


def test_ears_hear_the_prompt_that_is_played_and_no_other(e1_pair: E1Pair, clock: Clock, prompt_set: PromptSet) -> None:
    async def main() -> None:
        ears, path = Ears(e1_pair.far, PORT), SpeechPath(e1_pair.near, PORT)
        wanted = {name: prompt_set.fingerprint(name, Language.ZH) for name in ("welcome", "goodbye", "hello")}
        path.play(prompt_set.clips(("goodbye",), Language.ZH))
        assert await ears.prompt(wanted, 30.0) == "goodbye"
        path.play(prompt_set.clips(("goodbye",), Language.EN))
        assert await ears.prompt(wanted, 30.0) is None
        ears.close()
        path.close()

    clock(main(), e1_pair.frames)


def test_ears_wait_no_longer_than_they_are_told_and_leave_nothing_on(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ears = Ears(e1_pair.far, PORT)
        assert not await ears.tone("busy", 1.0)
        assert asyncio.get_running_loop().time() == pytest.approx(1.0, abs=0.009)
        assert await ears.prompt({"x": bytes(range(64))}, 1.0) is None
        ears.close()
        assert_no_timer()
        await assert_ports_quiet(e1_pair.far, e1_pair.near)

    clock(main(), e1_pair.frames)


# --- callers -------------------------------------------------------------------------------------------------------


async def _says_welcome(call: Call) -> None:
    await call.answer()
    await call.play(("welcome",))
    await call.sleep(30.0)


DISAPPOINTED = {
    "hear": "goodbye",
    "hear_tone": "vacant tone",
    "answered": "an answer",
    "released": "release by the far side",
}


@pytest.mark.parametrize("what", DISAPPOINTED)
def test_a_disappointed_caller_names_himself_what_he_wanted_and_when(what: str, sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.alert()
        if what != "answered":
            await call.answer()
        await call.sleep(60.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig, rig.caller("3190007") as caller:
            await caller.dial("1000")
            waits: dict[str, Callable[[], Awaitable[object]]] = {
                "hear": lambda: caller.hear("goodbye", timeout_s=2.0),
                "hear_tone": lambda: caller.hear_tone("vacant", timeout_s=2.0),
                "answered": lambda: caller.answered(timeout_s=2.0),
                "released": lambda: caller.released(timeout_s=2.0),
            }
            with pytest.raises(ScenarioError) as disappointed:
                await waits[what]()
            told = str(disappointed.value)
            assert "3190007" in told
            assert "exchange/0/1" in told
            assert DISAPPOINTED[what] in told
            assert f"{asyncio.get_running_loop().time():.3f} s" in told

    clock(main())


def test_he_also_tells_that_the_call_had_ended(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        await call.sleep(1.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig, rig.caller() as caller:
            await caller.dial("1000")
            with pytest.raises(ScenarioError, match="the call ended: called hung up"):
                await caller.hear("welcome", timeout_s=3.0)

    clock(main())


def test_a_refused_call_tells_whom_he_called_and_why(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim() as rig, rig.caller(None) as caller:
            with pytest.raises(NotConnectedError, match=r"\(no number\).*9000000: vacant number") as refused:
                await caller.dial("9000000")
            assert refused.value.cause is Cause.VACANT_NUMBER

    clock(main())


def test_all_prompts_in_their_order(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        await call.play(("all-busy", "queue-ahead"))

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear_all(("all-busy", "queue-ahead"))
            async with rig.caller() as caller:
                await caller.dial("1000")
                with pytest.raises(ScenarioError, match="all-busy"):
                    await caller.hear_all(("queue-ahead", "all-busy"), timeout_s=10.0)

    clock(main())


def test_what_a_caller_says_is_heard_and_recorded(sim: Sim, clock: Clock, tmp_path: Path) -> None:
    wav = tmp_path / "speech.wav"
    write_alaw_wav(wav, bytes([0x2A, 0xAA] * 4000))
    loud: list[EngineEvent] = []

    async def flow(call: Call) -> None:
        await call.answer()
        call.path.listen_for_sounds(loud.append)
        await call.sleep(20.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.answered()
                began_s = asyncio.get_running_loop().time()
                await caller.speak(str(wav))
                assert asyncio.get_running_loop().time() - began_s == pytest.approx(1.0, abs=0.02)
                await caller.say("hello")
            assert loud

    clock(main())


def test_whoever_never_dials_leaves_his_circuit_to_the_exchange(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        plant = Plant(in_channels=range(1, 2), out_channels=range(2, 3))
        async with sim(plant=plant, subscribers=[Subscriber("3192008", rings_s=0.5)]) as rig:
            async with rig.caller(channels=(2,)):
                await asyncio.sleep(1.0)
            answered = asyncio.get_running_loop().create_future()

            async def flow(call: Call) -> None:
                await call.until(call.leg.answered)
                answered.set_result(True)

            await rig.calls.dial("3192008", CallingParty("1000"), flow)
            assert answered.done()

    clock(main())


def test_no_idle_circuit_is_a_scenario_error(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": _says_welcome}) as rig, rig.caller(channels=(1,)) as first:
            await first.dial("1000")
            with pytest.raises(ScenarioError, match="no idle circuit for 3190002"):
                rig.caller("3190002", channels=(1,))

    clock(main())


# --- subscribers ---------------------------------------------------------------------------------------------------


def test_habits_are_used_one_after_the_other_and_the_last_one_stays() -> None:
    one = Subscriber("3191005", (Habit.BUSY_TONE, Habit.RINGS_OUT, Habit.ANSWERS))
    wanted = [Habit.BUSY_TONE, Habit.RINGS_OUT, Habit.ANSWERS, Habit.ANSWERS]
    assert [one.habit(n) for n in range(4)] == wanted


def test_a_subscriber_rings_answers_greets_and_hangs_up_as_long_as_he_likes(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        town = [Subscriber("3192008", rings_s=6.0, talks_s=4.0, language=Language.EN)]
        async with sim(subscribers=town) as rig:
            async with rig.caller() as caller:
                caller.language = Language.EN
                await caller.dial("3192008")
                await caller.hear_tone("ring_back")
                await caller.answered()
                await caller.hear("hello")
                await caller.released()
            out = rig.records[0]
            assert out.duration_ms == pytest.approx(4300, abs=50)  # 0.3 s before he speaks

    clock(main())


# --- agents --------------------------------------------------------------------------------------------------------


async def _desk(call: Call) -> None:
    await call.answer()
    try:
        await call.queue("desk")
    except QueueGaveUp:
        return


def test_an_agent_picks_up_greets_talks_and_hangs_up(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        manner = Manner(picks_up_after_s=3.0, talks_s=5.0, greeting=("seat-number",))
        async with sim({"desk": _desk}, plant=Plant(seats=1), manners={0: manner}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("seat-number")
                await caller.released()
            (agent,) = rig.town.agents
            assert agent.calls == 1
            rang, lifted = rig.journal.of("line.ringing"), rig.journal.of("line.off_hook")
            assert lifted[0].at_s - rang[0].at_s == pytest.approx(3.0, abs=0.1)
            down = rig.journal.of("line.on_hook")
            assert down[0].at_s - lifted[0].at_s == pytest.approx(5.0 + 0.65, abs=0.1)

    clock(main())


def test_an_agent_puts_down_when_he_hears_the_busy_tone(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        manner = Manner(picks_up_after_s=1.0, talks_s=600.0)
        async with sim({"desk": _desk}, plant=Plant(seats=1), manners={0: manner}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("hello")
            await asyncio.sleep(8.0)
            assert rig.town.agents[0].is_at_rest
            assert rig.journal.of("line.on_hook")

    clock(main())


def test_an_agent_who_lets_it_ring_never_picks_up(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        manner = Manner(picks_up_after_s=None)
        async with sim({"desk": _desk}, plant=Plant(seats=1), manners={0: manner}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await asyncio.sleep(40.0)
            assert rig.town.agents[0].calls == 0
            assert rig.journal.of("line.off_hook") == []

    clock(main())
