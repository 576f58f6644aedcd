"""What must be true after any call, however it ended: nothing of it is left on a port, in the loop or on the disk."""

import asyncio
import csv
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.mfc import Direction
from kmcc.dsp.tone import CHINA_TONES, dtmf_tone, mfc_tone
from kmcc.switch.circuit import Circuit, CircuitState
from kmcc.switch.media import Media

SILENCE = 0xD5  # A-law
PROBES = (dtmf_tone("5", on_ms=100), mfc_tone(Direction.FORWARD, 5, pulse_ms=100), CHINA_TONES["dial"])
PROBE_S = 0.1
SPEECH_SLOTS = tuple(slot for slot in range(32) if slot not in (0, 16))
LIMIT_S = 40.0


async def until(is_so: Callable[[], bool], what: str, *, limit_s: float = LIMIT_S) -> None:
    """Wait for something that must come to be."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + limit_s
    while not is_so():
        assert loop.time() < end_s, f"in vain waited for: {what}"
        await asyncio.sleep(0.02)


def all_idle(circuits: Iterable[Circuit]) -> bool:
    return all(circuit.state is CircuitState.IDLE for circuit in circuits)


async def assert_ports_quiet(near: Media, far: Media) -> None:
    """The far end sends keys, register signals and tones into every port: none is detected, linked back or drowned."""
    engine, heard = near.engine, list[EngineEvent]()
    ports = range(engine.ports)
    for port in ports:
        near.subscribe(port, heard.append)
    for probe in PROBES:
        for port in ports:
            far.engine.send_tone(port, probe)
        await asyncio.sleep(PROBE_S)
        _assert_silent(near)
        for port in ports:
            far.engine.stop_tone(port)
        await asyncio.sleep(0.02)
    for port in ports:
        near.unsubscribe(port, heard.append)
    assert [event for event in heard if event.kind is not EventKind.SIGNAL] == []


def _assert_silent(near: Media) -> None:
    engine = near.engine
    for span in range(engine.spans):
        sent = bytes(engine.span_tx(span))
        loud = {slot for slot in SPEECH_SLOTS if set(sent[slot::32]) != {SILENCE}}
        assert loud == set(), f"timeslots {loud} are not silent"
    for line in range(engine.lines):
        assert set(bytes(engine.line_tx(line))) == {SILENCE}, f"line {line} is not silent"


def assert_no_timer() -> None:
    """The loop waits for nothing: no protocol timer, no wait, no sleep."""
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # asyncio offers no other look
    left = [str(handle) for handle in scheduled if not handle.cancelled()]
    assert left == [], left


def open_files(folder: Path) -> list[str]:
    """Files in this folder that the process has open."""
    found = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{fd}")
        except FileNotFoundError:  # that of the listing itself
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def assert_wav_is_whole(path: Path) -> None:
    """RIFF, a fmt chunk that says stereo A-law at 8000 Hz, and sizes that fit the file."""
    octets = path.read_bytes()
    riff, size, wave = struct.unpack_from("<4sI4s", octets)
    assert (riff, wave, size) == (b"RIFF", b"WAVE", len(octets) - 8)
    place, chunks = 12, dict[bytes, bytes]()
    while place < len(octets):
        name, length = struct.unpack_from("<4sI", octets, place)
        chunks[name] = octets[place + 8 : place + 8 + length]
        assert len(chunks[name]) == length, f"{path.name}: chunk {name!r} is cut"
        place += 8 + length + length % 2
    assert struct.unpack_from("<HHI", chunks[b"fmt "]) == (6, 2, 8000)
    assert len(chunks[b"data"]) % 2 == 0


def records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))
