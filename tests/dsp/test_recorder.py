"""The recorder writes what passed, octet for octet: left what the port heard, right what it was sent."""

import os
import resource
from pathlib import Path

import numpy as np
import pytest

from kmcc.dsp.engine import Engine, EngineEvent, EventKind, Track, run_pair
from kmcc.dsp.engine_error import RecorderBusyError
from kmcc.dsp.recorder import Recorder, RecorderError, Recording, Sides, mend_recording
from kmcc.dsp.wav import Coding, read_wav, wav_header

TICK = 64


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def talk(far: Engine, near: Engine, ticks: int, recorder: Recorder | None = None) -> list[EngineEvent]:
    """So many ticks; the near engine's events, and the recorder drained when it asks for it."""
    events = []
    for _ in range(ticks):
        run_pair(far, near, 1)
        news = near.events()
        events += news
        if recorder and any(event.kind is EventKind.RECORD_HALF for event in news):
            recorder.drain()
    return events


def test_what_passed_is_in_the_file(tmp_path: Path) -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    heard, said = speech(1, 40 * TICK), speech(2, 41 * TICK)
    with Recorder(tmp_path / "call.wav") as recorder:
        near.record(0, recorder)
        far.play(0, [heard])
        near.play(0, [said])
        talk(far, near, 41)
        near.stop_record(0)
        talk(far, near, 2)
        recording = recorder.close()
    assert recording == Recording(tmp_path / "call.wav", 41 * TICK / 8000, 0)
    wav = read_wav(tmp_path / "call.wav")
    assert (wav.coding, wav.rate_hz, wav.channels) == (Coding.ALAW, 8000, 2)
    assert wav.alaw(0) == b"\xd5" * TICK + heard
    assert wav.alaw(1) == said


def test_a_small_ring_that_is_drained_in_time_loses_nothing(tmp_path: Path) -> None:
    far, near = Engine(spans=1), Engine(spans=1)
    port = near.port(0, 17)
    heard = speech(3, 300 * TICK)
    with Recorder(tmp_path / "call.wav", ring_s=0.1) as recorder:
        near.record(port, recorder)
        far.play(port, [heard])
        events = talk(far, near, 301, recorder)
        halves = [event for event in events if event.kind is EventKind.RECORD_HALF]
        recording = recorder.close()
    assert recording.lost == 0
    assert read_wav(recording.path).alaw(0) == b"\xd5" * TICK + heard
    assert len(halves) == 301 * TICK * 2 // 1024  # the ring holds 2048 octets
    assert {event.port for event in halves} == {port}
    assert halves[0].at == 1024 // 2


def test_a_full_ring_keeps_the_beginning_and_counts_the_rest(tmp_path: Path) -> None:
    far, near = Engine(lines=1), Engine(lines=1)
    heard = speech(4, 32 * TICK)
    recorder = Recorder(tmp_path / "call.wav", ring_s=0.1)
    near.record(0, recorder)
    far.play(0, [heard])
    talk(far, near, 33)
    assert recorder.lost == 33 * TICK * 2 - 2048
    recording = recorder.close()
    assert recording.lost == 33 * TICK * 2 - 2048
    assert recording.duration_s == 1024 / 8000
    assert read_wav(recording.path).alaw(0) == (b"\xd5" * TICK + heard)[:1024]


def test_a_crash_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    near = Engine(lines=1)
    recorder = Recorder(tmp_path / "call.wav")
    assert recorder.path.stat().st_size == 58  # a head, and nothing yet
    near.record(0, recorder)
    near.run(10)
    near.run(10)
    assert recorder.drain() == 20 * TICK * 2
    near.run(10)
    assert read_wav(recorder.path).samples == 20 * TICK  # never closed
    recorder.close()
    assert read_wav(recorder.path).samples == 30 * TICK


def test_close_says_the_same_again_and_nothing_is_drained_after_it(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "call.wav")
    assert recorder.close() is recorder.close()
    with pytest.raises(RecorderError, match="is closed"):
        recorder.drain()
    with pytest.raises(RecorderError, match="is closed"):
        Engine(lines=1).record(0, recorder)


def test_the_ring_of_a_closed_recorder_may_still_be_written(tmp_path: Path) -> None:
    near = Engine(lines=1)
    recorder = Recorder(tmp_path / "call.wav", ring_s=0.1)
    near.record(0, recorder)
    near.tick()
    recorder.close()
    for _ in range(100):
        near.tick()
    assert recorder.lost == 101 * TICK * 2 - 2048 - TICK * 2
    assert read_wav(recorder.path).samples == TICK


def test_one_ring_has_one_writer(tmp_path: Path) -> None:
    near = Engine(lines=2)
    with Recorder(tmp_path / "call.wav") as recorder:
        near.record(0, recorder)
        with pytest.raises(RecorderBusyError, match="port 1 is recording port 0"):
            near.record(1, recorder)
        near.stop_record(0)
        near.record(1, recorder)


def test_a_message_is_recorded_beside_the_call(tmp_path: Path) -> None:
    """Its own track, what the port hears alone, from and to where it was asked for."""
    far, near = Engine(lines=1), Engine(lines=1)
    heard = speech(3, 30 * TICK)
    call, message = Recorder(tmp_path / "call.wav"), Recorder(tmp_path / "message.wav", sides=Sides.HEARD, ring_s=0.1)
    near.record(0, call)
    far.play(0, [heard])
    talk(far, near, 11)  # the first tick of speech arrives in the second
    near.record(0, message, Track.MESSAGE)
    events = talk(far, near, 10, message)
    near.stop_record(0, Track.MESSAGE)
    events += talk(far, near, 10, message)
    assert [event.code for event in events if event.kind is EventKind.RECORD_HALF] == [Track.MESSAGE]
    assert message.close() == Recording(tmp_path / "message.wav", 10 * TICK / 8000, 0)
    assert call.close().duration_s == 31 * TICK / 8000
    wav = read_wav(tmp_path / "message.wav")
    assert wav.channels == 1
    assert wav.alaw() == heard[10 * TICK : 20 * TICK]
    assert read_wav(tmp_path / "call.wav").alaw(0) == b"\xd5" * TICK + heard


def test_a_second_recorder_takes_over(tmp_path: Path) -> None:
    near = Engine(lines=1)
    with Recorder(tmp_path / "1.wav") as first, Recorder(tmp_path / "2.wav") as second:
        near.record(0, first)
        near.run(3)
        near.record(0, second)
        near.run(2)
        assert (first.close().duration_s, second.close().duration_s) == (3 * TICK / 8000, 2 * TICK / 8000)


def test_faults_of_the_file_system(tmp_path: Path) -> None:
    with pytest.raises(RecorderError, match="cannot be opened: No such file"):
        Recorder(tmp_path / "nowhere" / "call.wav")
    with pytest.raises(RecorderError, match="a ring of 0 s, expected more"):
        Recorder(tmp_path / "call.wav", ring_s=0)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_told_with_the_path(tmp_path: Path) -> None:
    link = tmp_path / "full.wav"
    link.symlink_to("/dev/full")
    with pytest.raises(RecorderError, match=r"full\.wav: cannot be written: No space left"):
        Recorder(link)


def test_a_file_that_may_not_grow_keeps_what_was_written(tmp_path: Path) -> None:
    near = Engine(lines=1)
    recorder = Recorder(tmp_path / "call.wav")
    near.record(0, recorder)
    near.run(10)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (58 + 1000, hard))
    try:
        assert recorder.drain() == 1000
        with pytest.raises(RecorderError, match=r"call\.wav: cannot be written: File too large"):
            recorder.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert read_wav(recorder.path).samples == 500
    assert recorder.close().duration_s == 500 / 8000


@pytest.mark.parametrize("sides", Sides)
@pytest.mark.parametrize("speech", [0, 1, 800, 801])
def test_a_recording_that_a_crash_left_is_mended(tmp_path: Path, sides: Sides, speech: int) -> None:
    """Its header still says nothing: the file is as long as its speech, to whole samples."""
    path = tmp_path / "left.wav"
    path.write_bytes(wav_header(sides, 0) + b"\x2a" * speech)
    whole = speech // sides * sides
    assert mend_recording(path) is (speech > 0)
    assert path.read_bytes() == wav_header(sides, whole) + b"\x2a" * whole
    assert mend_recording(path) is False


@pytest.mark.parametrize("left", [b"", b"RIFF"])
def test_a_recording_that_was_only_opened_is_an_empty_one(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "left.wav"
    path.write_bytes(left)
    assert mend_recording(path) is True
    assert path.read_bytes() == wav_header(2, 0)


def test_a_recording_that_is_not_there_cannot_be_mended(tmp_path: Path) -> None:
    with pytest.raises(RecorderError, match="cannot be mended"):
        mend_recording(tmp_path / "none.wav")
