"""Messages that callers leave: what they said, and how they end; the call's own recording goes on beside them."""

import asyncio
import re
from pathlib import Path

import pytest
from tests.peers.spandsp import load_spandsp

from kmcc.dsp.decode import decode_digits
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.recorder import Recording
from kmcc.dsp.wav import read_wav
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.switch.announce import Language
from kmcc.switch.call import Call, Secrecy
from kmcc.switch.prompts import PromptSet

LIMIT_S = 20.0
SILENCE_S = 3.0


async def _says_and_presses(caller: Caller) -> None:
    await caller.say("thank-you")
    await caller.press("5")


async def _says_and_waits(caller: Caller) -> None:
    await caller.say("thank-you")


async def _talks_on(caller: Caller) -> None:
    while True:
        await caller.say("welcome")


async def _says_nothing(_: Caller) -> None:
    await asyncio.sleep(LIMIT_S)


async def _hangs_up(caller: Caller) -> None:
    await caller.say("thank-you")
    caller.hang_up()


SAID_S = 1.8  # "thank you, goodbye" is spoken in less
ENDS = {
    "key": (_says_and_presses, 0.5, SAID_S),
    "silence": (_says_and_waits, SILENCE_S, SILENCE_S + SAID_S + 0.5),
    "limit": (_talks_on, LIMIT_S - 0.1, LIMIT_S + 0.1),
    "nothing said": (_says_nothing, SILENCE_S - 0.1, SILENCE_S + 0.1),
    "hang up": (_hangs_up, 0.5, SAID_S),
}


@pytest.mark.parametrize("end", ENDS)
def test_how_a_message_ends(end: str, sim: Sim, clock: Clock, prompt_set: PromptSet) -> None:
    script, least_s, most_s = ENDS[end]
    kept: list[Recording | None] = []

    async def flow(call: Call) -> None:
        await call.answer()
        kept.append(await call.record(limit_s=LIMIT_S, silence_s=SILENCE_S))

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.answered()
                await asyncio.sleep(0.1)
                talking = asyncio.get_running_loop().create_task(script(caller))
                await caller.leg.wait_ended(LIMIT_S + 10.0)
                talking.cancel()
            (noted,) = rig.journal.of("message.recorded")
            message = read_wav(rig.recordings / str(noted.fields["file"]))
            (call,) = (path for path in rig.recordings.glob("*.wav") if "-m" not in path.name)
            assert least_s <= message.samples / 8000 <= most_s
            assert message.channels == 1
            if "nothing" not in end and end != "limit":
                assert prompt_set.fingerprint("thank-you", Language.ZH) in message.alaw()
            assert message.alaw() in read_wav(call).alaw(0)

    clock(main())
    assert len(kept) == (end != "hang up")


def keys_in(file: Path) -> tuple[str, str]:
    """What our decoder and libspandsp hear of keys where the caller is recorded."""
    recorded = read_wav(file)
    by_spandsp = load_spandsp().hear_dtmf(decode_alaw(recorded.alaw(0)))
    return "".join(digit.digit for digit in decode_digits(recorded)), by_spandsp


@pytest.mark.parametrize("last", ["#", ""], ids=["ended by hash", "ended by the last digit"])
def test_a_secret_that_is_keyed_is_not_in_the_recording(
    last: str, sim: Sim, clock: Clock, prompt_set: PromptSet
) -> None:
    """Typed fast, with one key too many; what was keyed openly before is there."""

    async def flow(call: Call) -> None:
        await call.answer()
        assert await call.collect(("enter-number",), digits=3, timeout_s=3.0) == "123"
        secret = await call.collect(("enter-password",), digits=6, timeout_s=3.0, secret=Secrecy.SECRET)
        assert secret == "904817"[: 6 - len(last)]
        await call.sleep(10.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("enter-number")
                await caller.press("123")
                await caller.hear("enter-password")
                await caller.press("904817"[: 6 - len(last)] + last + "5")
                await caller.say("thank-you")
                await caller.released()
            (file,) = rig.recordings.glob("*.wav")
            assert keys_in(file) == ("123", "123")
            assert prompt_set.fingerprint("thank-you", Language.ZH) in read_wav(file).alaw(0), "speech is whole"

    clock(main())


def test_several_messages_have_files_of_their_own(sim: Sim, clock: Clock) -> None:
    async def flow(call: Call) -> None:
        await call.answer()
        for _ in range(2):
            await call.record(limit_s=1.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.released()
            names = sorted(path.name for path in rig.recordings.glob("*-m*.wav"))
            assert [re.sub(r"^.*-m", "", name) for name in names] == ["1.wav", "2.wav"]

    clock(main())


def test_a_message_that_cannot_be_written_ends_no_call(sim: Sim, clock: Clock) -> None:
    kept: list[Recording | None] = []

    async def main() -> None:
        async def flow(call: Call) -> None:
            await call.answer()
            (rig.recordings / f"{call.id}-m2.wav").symlink_to("/dev/full")  # the one message there: the next is the 2nd
            kept.append(await call.record(limit_s=1.0))
            await call.play(("goodbye",))

        async with sim({"desk": flow}) as rig:
            async with rig.caller() as caller:
                await caller.dial("1000")
                await caller.hear("goodbye")
            assert len(rig.journal.of("alarm.recording")) == 1
        assert kept == [None]

    clock(main())
