"""A call's port between two engines: what is played is heard, what is pressed is taken, close leaves nothing."""

import asyncio
import os
from pathlib import Path

import pytest
from tests.house.aftermath import assert_ports_quiet, assert_wav_is_whole, open_files

from kmcc.dsp.recorder import RecorderError
from kmcc.dsp.tone import CHINA_TONES, dtmf_tone
from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.switch.announce import Language
from kmcc.switch.prompts import PromptSet
from kmcc.switch.speech_path import SpeechPath

LOUD = bytes([0x2A, 0xAA] * 400)  # 100 ms
PORT = 4


def no_fault(fault: RecorderError) -> None:
    raise AssertionError(str(fault))


def test_a_play_ends_true_when_heard_and_false_when_stopped_or_replaced(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        path = SpeechPath(e1_pair.near, PORT)
        assert await path.play([LOUD]) is True
        replaced = path.play([LOUD] * 10)
        stopped = path.play([LOUD] * 10)
        assert await replaced is False
        path.stop_play()
        assert await stopped is False
        assert await path.play([LOUD, LOUD]) is True
        path.close()

    clock(main(), e1_pair.frames)


def test_the_end_of_an_earlier_owners_play_is_nobodys(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        first = SpeechPath(e1_pair.near, PORT)
        first.play([LOUD] * 10)
        await asyncio.sleep(0.02)
        first.close()
        second = SpeechPath(e1_pair.near, PORT)
        await asyncio.sleep(0.1)  # here the end of the first owner's play is told
        assert await second.play([LOUD]) is True
        second.close()

    clock(main(), e1_pair.frames)


def test_prompts_are_heard_at_the_far_end_in_their_order(e1_pair: E1Pair, clock: Clock, prompt_set: PromptSet) -> None:
    async def main() -> None:
        path, ears = SpeechPath(e1_pair.near, PORT), Ears(e1_pair.far, PORT)
        path.play(prompt_set.clips(("welcome", "goodbye"), Language.ZH))
        for name in ("welcome", "goodbye"):
            wanted = {name: prompt_set.fingerprint(name, Language.ZH)}
            assert await ears.prompt(wanted, 30.0) == name
        ears.close()
        path.close()

    clock(main(), e1_pair.frames)


def test_keys_are_taken_in_their_order_and_none_is_heard_before_it_is_listened_for(
    e1_pair: E1Pair, clock: Clock
) -> None:
    async def main() -> None:
        path, far = SpeechPath(e1_pair.near, PORT), SpeechPath(e1_pair.far, PORT)
        await _press(far, "9")
        path.listen_for_keys()
        waiting = path.key_pressed()
        assert path.take_key() is None
        await _press(far, "159")
        assert waiting.done()
        assert path.key_pressed().done()
        assert [path.take_key() for _ in range(4)] == ["1", "5", "9", None]
        path.close()
        far.close()

    clock(main(), e1_pair.frames)


async def _press(path: SpeechPath, keys: str) -> None:
    for key in keys:
        path.send_tone(dtmf_tone(key, on_ms=80))
        await asyncio.sleep(0.16)


def test_stop_tone_leaves_a_tone_alone_that_somebody_else_sends(e1_pair: E1Pair, clock: Clock) -> None:
    """The circuit tells by tones of its own why it has released."""

    async def main() -> None:
        path, ears = SpeechPath(e1_pair.near, PORT), Ears(e1_pair.far, PORT)
        e1_pair.near.engine.send_tone(PORT, CHINA_TONES["busy"])
        path.stop_tone()
        path.close()
        assert await ears.tone("busy", 5.0)
        e1_pair.near.engine.stop_tone(PORT)
        ears.close()

    clock(main(), e1_pair.frames)


def test_two_ports_talk_until_they_are_parted(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        path = SpeechPath(e1_pair.near, PORT)
        path.connect(PORT + 1)
        far, ears = SpeechPath(e1_pair.far, PORT), Ears(e1_pair.far, PORT + 1)
        far.send_tone(CHINA_TONES["busy"])
        assert await ears.tone("busy", 5.0)
        far.close()
        ears.close()
        path.disconnect(PORT + 1)
        path.close()
        await asyncio.sleep(0.1)
        await assert_ports_quiet(e1_pair.near, e1_pair.far)

    clock(main(), e1_pair.frames)


def test_close_leaves_nothing_on_and_the_recording_whole(e1_pair: E1Pair, clock: Clock, tmp_path: Path) -> None:
    async def main() -> None:
        path = SpeechPath(e1_pair.near, PORT)
        path.start_recording(tmp_path / "x.wav", no_fault)
        assert path.is_recording
        path.listen_for_keys()
        path.listen_for_sounds(lambda _: None)
        path.play([LOUD] * 100)
        path.send_tone(CHINA_TONES["ring_back"])
        path.connect(PORT + 1)
        await asyncio.sleep(3.0)
        recording = path.close()
        assert recording is not None
        assert recording.duration_s == pytest.approx(3.0, abs=0.02)
        assert not path.is_recording
        assert path.close() is None
        await asyncio.sleep(0.1)
        await assert_ports_quiet(e1_pair.near, e1_pair.far)
        assert open_files(tmp_path) == []
        assert_wav_is_whole(tmp_path / "x.wav")

    clock(main(), e1_pair.frames)


def test_a_recording_that_cannot_be_opened_is_told_once(e1_pair: E1Pair, clock: Clock, tmp_path: Path) -> None:
    async def main() -> None:
        path, faults = SpeechPath(e1_pair.near, PORT), list[RecorderError]()
        path.start_recording(tmp_path / "no" / "x.wav", faults.append)
        assert not path.is_recording
        await asyncio.sleep(20.0)
        assert path.close() is None
        assert len(faults) == 1
        assert "no" in str(faults[0])

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("until_s", [20.0, 0.5])
def test_a_full_disk_ends_the_recording_and_nothing_else(
    until_s: float, e1_pair: E1Pair, clock: Clock, tmp_path: Path
) -> None:
    """/dev/full takes nothing; half of the recorder's ring is full after some seconds."""
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")

    async def main() -> None:
        faults = list[RecorderError]()
        path = SpeechPath(e1_pair.near, PORT)
        path.start_recording(tmp_path / "x.wav", faults.append)
        _let_the_disk_fill(tmp_path / "x.wav")
        await asyncio.sleep(until_s)
        assert path.is_recording is (until_s < 1.0)
        assert await path.play([LOUD]) is True
        assert path.close() is None
        assert len(faults) == 1
        assert "No space left" in str(faults[0])
        assert open_files(Path("/dev/full")) == []
        await asyncio.sleep(0.1)
        await assert_ports_quiet(e1_pair.near, e1_pair.far)

    clock(main(), e1_pair.frames)


def _let_the_disk_fill(recording: Path) -> None:
    """From now on every write to this open file fails as on a full disk."""
    (fd,) = (int(fd) for fd in os.listdir("/proc/self/fd") if _target(fd) == str(recording))
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, fd)
    os.close(full)


def _target(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except FileNotFoundError:
        return ""
