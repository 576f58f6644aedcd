"""The recordings' writer with a thread: the loop does not wait for the disk, and everything is there in its order."""

import asyncio
import threading
from pathlib import Path

import pytest

from kmcc.dsp.engine import Engine
from kmcc.dsp.recorder import Recorder, RecorderError
from kmcc.dsp.wav import read_wav
from kmcc.switch import recording_writer
from kmcc.switch.recording_writer import RecordingWriter

TICKS = 50
SECOND_TICKS = 125


def no_fault(fault: RecorderError) -> None:
    raise AssertionError(fault)


def recording(path: Path, ticks: int) -> tuple[Engine, Recorder]:
    engine, recorder = Engine(lines=1), Recorder(path)
    engine.record(0, recorder)
    engine.run(ticks)
    return engine, recorder


def test_the_loop_goes_on_while_the_disk_is_slow(tmp_path: Path) -> None:
    async def story() -> None:
        writer, disk = RecordingWriter(has_thread=True), threading.Event()
        assert writer._thread is not None
        writer._thread.submit(disk.wait, 10)  # the write before ours takes long
        engine, recorder = recording(tmp_path / "a.wav", TICKS)
        written = asyncio.get_running_loop().create_future()
        writer.take(recorder, no_fault)
        writer.drain(recorder)
        engine.run(TICKS)
        told = recorder.recorded()
        writer.close(recorder)
        writer.when_written(lambda: written.set_result(read_wav(tmp_path / "a.wav").samples))
        await asyncio.sleep(0)
        assert not written.done()
        disk.set()
        assert await written == told.duration_s * 8000 == 2 * TICKS * 64
        await writer.shut()

    asyncio.run(story())


def test_every_second_what_the_rings_hold_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-336; none has reached the half of its ring."""
    monkeypatch.setattr(recording_writer, "EVERY_S", 0.01)

    async def story() -> None:
        writer = RecordingWriter(has_thread=True)
        pairs = [recording(tmp_path / f"{n}.wav", SECOND_TICKS) for n in range(3)]
        for _, recorder in pairs:
            writer.take(recorder, no_fault)
        for _ in range(1000):
            if all(recorder.duration_s == 1.0 for _, recorder in pairs):
                break
            await asyncio.sleep(0.01)
        for _, recorder in pairs:
            writer.close(recorder)
        await writer.shut()

    asyncio.run(story())
    assert [read_wav(tmp_path / f"{n}.wav").samples for n in range(3)] == [8000] * 3


@pytest.mark.parametrize("has_thread", [False, True])
def test_a_fault_is_told_by_the_loop(tmp_path: Path, *, has_thread: bool) -> None:
    async def story() -> None:
        writer, faults = RecordingWriter(has_thread=has_thread), list[RecorderError]()
        _, recorder = recording(tmp_path / "a.wav", TICKS)
        writer.take(recorder, faults.append)
        recorder.close()
        writer.drain(recorder)  # it cannot be written any more
        assert len(faults) == (0 if has_thread else 1)
        await writer.shut()
        await asyncio.sleep(0)
        assert [str(fault.path) for fault in faults] == [str(tmp_path / "a.wav")]

    asyncio.run(story())
