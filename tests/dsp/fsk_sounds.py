"""FSK bursts as a line brings them: off frequency, off speed, twisted and noisy; by numpy alone, not by our sender."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tests.dsp.sounds import PEAK_DBM0, RATE_HZ, Octets

from kmcc.dsp.fsk import Standard
from kmcc.dsp.g711 import encode_alaw

HZ = {Standard.BELL202: (2200.0, 1200.0), Standard.V23: (2100.0, 1300.0)}  # of space and mark
# MDMF of 08-15 10:23 from 3190000 (checksum computed by hand: the sum is 0 mod 256)
MESSAGE = bytes.fromhex("80 13 01 08 30 38 31 35 31 30 32 33 02 07 33 31 39 30 30 30 30 6A")

Wave = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sender:
    """`twist_db` above 0 makes the space weaker, below 0 the mark."""

    standard: Standard = Standard.BELL202
    dbm0: float = -13.5
    twist_db: float = 0.0
    off_hz: float = 0.0
    speed: float = 1.0
    seizure: int = 300
    marks: int = 180
    stuffing: int = 0

    def bits(self, octets: bytes) -> npt.NDArray[np.int64]:
        bits = [n % 2 for n in range(self.seizure)] + [1] * self.marks
        for octet in octets:
            bits += [0] + [int(bit) for bit in f"{octet:08b}"[::-1]] + [1] * (1 + self.stuffing)
        return np.array(bits + [1] * 10)

    def wave(self, octets: bytes = MESSAGE, *, phase: float = 0.0) -> Wave:
        return self.wave_of(self.bits(octets), phase=phase)

    def wave_of(self, bits: npt.NDArray[np.int64], *, phase: float = 0.0) -> Wave:
        bit_s = 1 / (1200 * self.speed)
        t = np.arange(int(len(bits) * bit_s * RATE_HZ)) / RATE_HZ
        place = np.minimum((t / bit_s + 1e-9).astype(int), len(bits) - 1)
        hz = np.array(HZ[self.standard])[bits] + self.off_hz
        begun = np.concatenate(([0.0], np.cumsum(hz)[:-1])) * bit_s
        weaker = np.where(bits == 1, min(self.twist_db, 0), -max(self.twist_db, 0))
        peak = 32768 * 10 ** ((self.dbm0 + weaker - PEAK_DBM0) / 20)
        turns = begun[place] + hz[place] * (t - place * bit_s)
        made: Wave = peak[place] * np.sin(phase + 2 * np.pi * turns)
        return made


def on_the_line(sender: Sender, ports: int, *, snr_db: float | None = None, seed: int = 1) -> Octets:
    """So many ports with a burst after 100 ms or a little more, in white noise all the time, as A-law."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(ports):
        wave = sender.wave(phase=rng.uniform(0, 2 * np.pi))
        before = int(rng.integers(800, 880))
        row = np.concatenate((np.zeros(before), wave, np.zeros(1600 - before)))
        if snr_db is not None:
            row += rng.normal(0, np.sqrt(np.mean(wave**2)) * 10 ** (-snr_db / 20), len(row))
        rows.append(row)
    return encode_alaw(np.clip(np.rint(np.stack(rows)), -32768, 32767).astype(np.int16))
