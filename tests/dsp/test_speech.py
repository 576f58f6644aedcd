"""What others hear of a port: without the echo of what it is sent, and without the keys that are pressed there."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tests.dsp.two_wire import alaw, at_level, dbm0_of, hybrid, loss_db, part, speech, through_alaw
from tests.peers.spandsp import load_spandsp

from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.echo import Echo
from kmcc.dsp.engine import EARLY_GUARD_MS, GUARD_MS, Detect, Engine, EventKind, run_pair
from kmcc.dsp.engine_error import EngineRangeError, NoCancellerError
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.recorder import Recorder, Sides
from kmcc.dsp.tone import DTMF_HIGH_HZ, DTMF_LOW_HZ
from kmcc.dsp.wav import read_alaw

Octets = npt.NDArray[np.uint8]
IDLE = 0xD5
RATE_HZ = 8000
KEYS = "147*2580369#ABCD"
SIZES = [16, 64, 80]


def key(digit: str, ms: int, dbm0: float) -> npt.NDArray[np.float64]:
    """Both tones at this level, made by numpy alone."""
    row, column = divmod("123A456B789C*0#D".index(digit), 4)
    t = np.arange(ms * 8) / RATE_HZ
    tones = [np.sin(2 * np.pi * hz * t) for hz in (DTMF_LOW_HZ[row], DTMF_HIGH_HZ[column])]
    both: npt.NDArray[np.float64] = np.sum([at_level(tone, dbm0) for tone in tones], axis=0)
    return both


def keyed_call(ms: int, dbm0: float) -> tuple[Octets, list[tuple[int, int]]]:
    """A second of speech, sixteen keys with pauses, a second of speech; and where the keys are."""
    sound = [speech(1, -20, seed=1), np.zeros(1600)]
    places: list[tuple[int, int]] = []
    for digit in KEYS:
        begin = sum(map(len, sound))
        sound += [key(digit, ms, dbm0), np.zeros(700)]
        places.append((begin, begin + ms * 8))
    return alaw(np.concatenate((*sound, np.zeros(1600), speech(1, -20, seed=2), np.zeros(1600)))), places


def heard_through(said: Octets, tick_samples: int, guard_ms: int) -> tuple[Octets, str]:
    """Octets that line 1 is sent while line 0 says this, and the keys that the engine reported."""
    far, near = (Engine(lines=2, tick_samples=tick_samples) for _ in range(2))
    near.detect(near.line(0), Detect.DTMF)
    near.guard(near.line(0), guard_ms)
    near.link(near.line(1), near.line(0))
    far.play(far.line(0), [said.tobytes()])
    sent = bytearray()
    keys = ""
    for _ in range(len(said) // tick_samples + 10):
        run_pair(far, near, 1)
        sent += near.line_tx(1)
        keys += "".join(chr(event.code) for event in near.events() if event.kind is EventKind.DTMF_ON)
    return np.frombuffer(sent, np.uint8), keys


def most_key_tone_dbm0(octets: Octets) -> float:
    """The strongest DTMF frequency in any 16 ms."""
    sound = decode_alaw(octets).astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(sound - sound.mean(), 128)[::16]
    waves = np.exp(-2j * np.pi * np.outer(np.arange(128), (*DTMF_LOW_HZ, *DTMF_HIGH_HZ)) / RATE_HZ)
    amplitude = np.abs(windows @ waves).max() * 2 / 128
    return float(20 * np.log10(max(float(amplitude), 1e-3) / 32768) + 3.14)


@pytest.mark.parametrize("tick_samples", SIZES)
@pytest.mark.parametrize(("ms", "dbm0"), [(50, -9.0), (100, -3.0), (70, -25.0)])
def test_no_key_slips_through_the_guard(tick_samples: int, ms: int, dbm0: float) -> None:
    said, places = keyed_call(ms, dbm0)
    late = -(-GUARD_MS * 8 // tick_samples) * tick_samples + tick_samples
    heard, keys = heard_through(said, tick_samples, GUARD_MS)
    assert keys == KEYS
    first, last = places[0][0] + late, places[-1][1] + late
    assert most_key_tone_dbm0(heard[first - 400 : last + 400]) < -50
    assert len(DtmfBank(1).feed(heard[None])) == 0
    assert load_spandsp().hear_dtmf(decode_alaw(heard)) == ""
    np.testing.assert_array_equal(heard[late : late + 8000], said[:8000], "the speech before")
    after = places[-1][1] + 2300
    np.testing.assert_array_equal(heard[late + after : late + after + 8000], said[after : after + 8000], "and after")


@pytest.mark.parametrize("tick_samples", SIZES)
@pytest.mark.parametrize(("ms", "dbm0"), [(50, -9.0), (100, -3.0), (70, -25.0)])
def test_an_early_guard_lets_no_key_through_either(tick_samples: int, ms: int, dbm0: float) -> None:
    said, places = keyed_call(ms, dbm0)
    heard, keys = heard_through(said, tick_samples, EARLY_GUARD_MS)
    assert keys == KEYS
    assert most_key_tone_dbm0(heard[places[0][0] : places[-1][1] + 800]) < -50
    assert load_spandsp().hear_dtmf(decode_alaw(heard)) == ""
    assert dbm0_of(part(decode_alaw(heard).astype(float), 0, 1)) > -30, "most of the speech is there"


def test_without_a_guard_the_keys_are_heard() -> None:
    said, _ = keyed_call(70, -9)
    heard, _ = heard_through(said, 64, 0)
    assert load_spandsp().hear_dtmf(decode_alaw(heard)) == KEYS


def test_no_key_in_a_recording_and_none_in_a_conference(tmp_path: Path) -> None:
    said, _ = keyed_call(60, -9)
    far, near = Engine(lines=3), Engine(lines=3)
    for line in range(3):
        near.join(near.line(line), 0)
    near.detect(near.line(0), Detect.DTMF)
    near.guard(near.line(0), GUARD_MS)
    with Recorder(tmp_path / "a.wav", sides=Sides.HEARD, ring_s=10) as own, Recorder(tmp_path / "b.wav") as other:
        near.record(near.line(0), own)
        near.record(near.line(1), other)
        far.play(far.line(0), [said.tobytes()])
        done = 0
        while done < len(said) // 64:
            done += run_pair(far, near, len(said) // 64 - done)
            near.events()
    for recorded in (read_alaw(tmp_path / "a.wav"), read_alaw(tmp_path / "b.wav")):
        octets = np.frombuffer(recorded, np.uint8)
        assert len(DtmfBank(1).feed(octets[None])) == 0
        assert load_spandsp().hear_dtmf(decode_alaw(octets)) == ""
    assert dbm0_of(part(decode_alaw(octets).astype(float), 0.1, 1)) < -60, "the other line said nothing"
    own_sound = decode_alaw(np.frombuffer(read_alaw(tmp_path / "a.wav"), np.uint8)).astype(float)
    assert dbm0_of(part(own_sound, 0.1, 1)) > -25, "the speech is there"


def test_a_guard_taken_away_is_late_no_more() -> None:
    said = alaw(speech(1, -16))
    far, near = Engine(lines=2), Engine(lines=2)
    near.link(near.line(1), near.line(0))
    near.guard(near.line(0), GUARD_MS)
    far.play(far.line(0), [said.tobytes()])
    run_pair(far, near, 60)
    near.guard(near.line(0), 0)
    sent = bytearray()
    for _ in range(20):
        run_pair(far, near, 1)
        sent += near.line_tx(1)
    assert bytes(sent) == said[59 * 64 : 79 * 64].tobytes()


def test_a_key_whose_end_nobody_heard_silences_nothing_for_ever() -> None:
    """The detector is switched off in the middle of a key and on again after it."""
    far, near = Engine(lines=2), Engine(lines=2)
    near.detect(near.line(0), Detect.DTMF)
    near.guard(near.line(0), GUARD_MS)
    near.link(near.line(1), near.line(0))
    far.play(far.line(0), [alaw(np.concatenate((key("5", 200, -9), np.zeros(2400), speech(1, -16)))).tobytes()])
    done = 0
    while done < 12:
        done += run_pair(far, near, 12 - done)
    near.detect(near.line(0), Detect.NONE)
    while done < 50:
        done += run_pair(far, near, 50 - done)
    near.detect(near.line(0), Detect.DTMF)
    sent = bytearray()
    for _ in range(120):
        run_pair(far, near, 1)
        sent += near.line_tx(1)
    assert dbm0_of(decode_alaw(bytes(sent)).astype(float)) > -25


@pytest.mark.parametrize("ms", [-1, 101])
def test_a_guard_out_of_range(ms: int) -> None:
    with pytest.raises(EngineRangeError, match=r"guard of ms .*: expected 0\.\.100"):
        Engine(lines=1).guard(0, ms)


# --- echo --------------------------------------------------------------------------------------


def analogue_line(near: Engine, sent: Octets, path: npt.NDArray[np.float64], ticks: int) -> Octets:
    """Line 0 is a two-wire line that echoes what it is sent; what line 1 is sent of it."""
    size = near.tick_samples
    past = np.zeros(len(path) + size)
    heard = bytearray()
    for tick in range(ticks):
        near.line_rx(1)[:] = sent[tick * size : (tick + 1) * size].tobytes()
        near.tick()
        heard += near.line_tx(1)
        past = np.concatenate((past[size:], decode_alaw(bytes(near.line_tx(0))).astype(float)))
        near.line_rx(0)[:] = alaw(np.convolve(past, path)[len(path) : len(path) + size]).tobytes()
    return np.frombuffer(heard, np.uint8)


@pytest.mark.parametrize("tick_samples", SIZES)
def test_the_far_end_hears_no_echo_of_itself(tick_samples: int) -> None:
    far = through_alaw(speech(4, -16, seed=3))
    ticks = len(far) // tick_samples
    before, after = (Engine(lines=2, tick_samples=tick_samples, cancellers=1) for _ in range(2))
    for near in (before, after):
        near.connect(near.line(0), near.line(1))
    after.cancel_echo(after.line(0), Echo.CANCEL)
    with_echo, without = (
        decode_alaw(analogue_line(near, alaw(far), hybrid(3, ms=6), ticks)).astype(float) for near in (before, after)
    )
    assert loss_db(with_echo, without, 1, 2) > 20
    assert loss_db(with_echo, without, 2, 3.9) > 28


def test_a_line_that_is_not_connected_costs_nothing_and_changes_nothing() -> None:
    near = Engine(lines=2, cancellers=1)
    near.link(near.line(1), near.line(0))
    said = alaw(speech(0.5, -16))
    heard = bytearray()
    for at in range(0, 3968, 64):
        near.line_rx(0)[:] = said[at : at + 64].tobytes()
        near.tick()
        heard += near.line_tx(1)
    assert bytes(heard) == said[:3968].tobytes()


def test_cancellers_are_shared_and_counted() -> None:
    near = Engine(lines=3, cancellers=2)
    near.cancel_echo(0)
    near.cancel_echo(1)
    near.cancel_echo(1, Echo.CANCEL)
    with pytest.raises(NoCancellerError, match="echo of port 2: all 2 cancellers are in use"):
        near.cancel_echo(2)
    near.cancel_echo(0, Echo.OFF)
    near.cancel_echo(2)


def test_a_modem_disables_the_canceller_of_its_line() -> None:
    near = Engine(lines=2, cancellers=1)
    near.connect(near.line(0), near.line(1))
    near.cancel_echo(near.line(0), Echo.CANCEL)
    far = alaw(through_alaw(speech(2, -16, seed=4)))
    analogue_line(near, far, hybrid(4, ms=6), 200)
    near.disable_echo_canceller(near.line(0))
    disabled = analogue_line(near, far, hybrid(4, ms=6), 100)
    plain = Engine(lines=2)
    plain.connect(plain.line(0), plain.line(1))
    echoed = analogue_line(plain, far, hybrid(4, ms=6), 100)
    np.testing.assert_array_equal(disabled[640:], echoed[640:])


def test_echo_is_off_where_it_was_never_on() -> None:
    near = Engine(lines=1)
    with pytest.raises(NoCancellerError):
        near.cancel_echo(0)
    near.cancel_echo(0, Echo.OFF)
    near.tick()
    assert bytes(near.line_tx(0)) == bytes([IDLE]) * 64
