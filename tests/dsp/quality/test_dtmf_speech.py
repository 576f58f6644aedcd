"""DTMF and speech: keys in it, keys imitated by it (talk-off), suspicion in it; each beside libspandsp.

The corpus is tests/dsp/quality/speech.py; the long run hears 30 hours of it, a minute at a time.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pytest
from tests.dsp.quality.keys import KEY_MS, Keys, Score, heard_by_spandsp, heard_by_us, parts, press, rms
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.speech import minute_of_speech, need_espeak
from tests.peers.spandsp import Spandsp, load_spandsp

from kmcc.dsp.bank import Octets
from kmcc.dsp.dtmf import DtmfBank, DtmfMode
from kmcc.dsp.g711 import decode_alaw

LONG_RUN: Final = range(1800)  # seeds: minutes
SHORT_RUN: Final = range(1300, 1360)  # the hour of the long run in which libspandsp errs most often
AT_ONCE: Final = 30
QUIET_RMS: Final = 20


@pytest.fixture(scope="module")
def spandsp() -> Spandsp:
    need_espeak()
    return load_spandsp()


def minutes(seeds: range) -> Iterator[Octets]:
    for first in range(seeds.start, seeds.stop, AT_ONCE):
        yield np.stack([minute_of_speech(seed) for seed in range(first, min(first + AT_ONCE, seeds.stop))])


def test_speech_that_imitates_keys(sheet: Sheet, full: bool, spandsp: Spandsp) -> None:
    seeds = LONG_RUN if full else SHORT_RUN
    ours = rivals = in_speech = 0
    for octets in minutes(seeds):
        ours += sum(map(len, heard_by_us(octets)[0]))
        in_speech += sum(map(len, heard_by_us(octets, DtmfMode.IN_SPEECH)[0]))
        rivals += sum(map(len, heard_by_spandsp(spandsp, octets)))
    hours = len(seeds) // 60
    sheet.row("dtmf", f"talk-off, {hours} h of speech", ours, f"<= {rivals / 2:g}", rival=rivals, unit="keys")
    sheet.row("dtmf", "the same, mode for keys in speech", in_speech, "-", unit="keys")
    assert rivals > 0
    assert ours <= rivals / 2


@pytest.fixture(scope="module")
def pool(spandsp: Spandsp) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return [decode_alaw(minute_of_speech(seed)).astype(float) for seed in range(10_000, 10_024)]


def over_speech(rng: np.random.Generator, ports: int, db: float, pool: list[np.ndarray]) -> Keys:
    """Each tone so many dB over the speech that runs beside it, as a mean over the key."""
    keys = press(rng, ports, KEY_MS)
    for port in range(ports):
        start = int(keys.start[port])
        while True:
            speech = pool[rng.integers(len(pool))]
            at = int(rng.integers(len(speech) - keys.sound.shape[1]))
            beside = speech[at : at + keys.sound.shape[1]]
            mean = np.sqrt(np.mean(beside[start : start + KEY_MS * 8] ** 2))
            if mean > QUIET_RMS:
                break
        keys.sound[port] += beside * (rms(-10 - db) / mean)
    return keys


@pytest.mark.parametrize("mode", [DtmfMode.NORMAL, DtmfMode.IN_SPEECH])
def test_keys_in_speech(sheet: Sheet, full: bool, spandsp: Spandsp, mode: DtmfMode, pool: list[np.ndarray]) -> None:
    rng = np.random.default_rng(6)
    scores = {db: Score() for db in (12, 9, 6, 3, 0)}
    for db, score in scores.items():
        for ports in parts(10_000 if full else 600):
            keys = over_speech(rng, ports, db, pool)
            score.hear(spandsp, keys.octets(), keys.wanted(), mode=mode)
    name = "speech" if mode is DtmfMode.NORMAL else "speech, in its mode"
    sheet.sweep(
        "dtmf",
        name,
        x_label="each tone over the speech beside it, dB",
        x=list(scores),
        y_label="heard, %",
        ours=[score.our_percent for score in scores.values()],
        rival=[score.rival_percent for score in scores.values()],
    )
    for db, goal in ((6, ">= 97"), (3, "-")):
        rival = scores[db].rival_percent
        sheet.row("dtmf", f"keys {db} dB over {name}", scores[db].our_percent, goal, rival=rival, unit="%")
    assert scores[6].our_percent >= 97


def test_suspicion_in_speech(sheet: Sheet, full: bool, spandsp: Spandsp) -> None:
    """The share of speech that is muted when every suspected block is: the price of muting keyed secrets in time."""
    seeds = range(120) if full else range(10)
    suspected = blocks = 0
    for octets in minutes(seeds):
        bank = DtmfBank(len(octets))
        for at in range(0, octets.shape[1], 64):
            bank.feed(octets[:, at : at + 64])
            suspected += int(bank.suspects().sum())
            blocks += len(octets)
    percent = 100 * suspected / blocks
    sheet.row("dtmf", "speech suspected to be a key, of the time", percent, "<= 8", unit="%")
    assert percent <= 8
