"""Caller ID by FSK: whole messages heard, at one setting, beside libspandsp's receiver on the same A-law.

A message is 22 octets after the usual lead-in, with random phase and place; it counts when every octet is right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from tests.dsp.fsk_sounds import MESSAGE, Sender, on_the_line
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.speech import minute_of_speech
from tests.dsp.sounds import Octets
from tests.dsp.test_fsk import octets
from tests.peers.spandsp_callerid import Adsi, SpandspCallerId, load_spandsp_callerid

from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.fsk import FskBank, Standard
from kmcc.dsp.g711 import decode_alaw

THEIRS = {Standard.BELL202: Adsi.CLASS, Standard.V23: Adsi.CLIP}
NAMES = {Standard.BELL202: "Bell 202", Standard.V23: "V.23"}
AT_ONCE = 200  # ports
STANDARDS = pytest.mark.parametrize("standard", Standard, ids=lambda standard: standard.name)

Line = Callable[[float, int, int], Octets]
Shares = dict[float, tuple[float, float]]  # ours and theirs, percent


@pytest.fixture(scope="module")
def spandsp() -> SpandspCallerId:
    return load_spandsp_callerid()


def share(spandsp: SpandspCallerId, standard: Standard, line: Line, value: float, trials: int) -> tuple[float, float]:
    """Messages heard of those sent, percent: ours and theirs."""
    ours = theirs = 0
    for seed in range(-(-trials // AT_ONCE)):
        heard = line(value, min(trials, AT_ONCE), seed)
        events = FskBank(len(heard), standard).feed(heard)
        ours += sum(octets(events, port) == MESSAGE for port in range(len(heard)))
        theirs += sum(MESSAGE[:-1] in spandsp.hear(THEIRS[standard], row) for row in decode_alaw(heard))
    sent = -(-trials // AT_ONCE) * min(trials, AT_ONCE)
    return 100 * ours / sent, 100 * theirs / sent


@dataclass(frozen=True, slots=True)
class Trials:
    """What is varied, and how it sounds: `line(value, ports, seed)`."""

    measure: str
    unit: str
    values: Sequence[float]
    count: int
    line: Line


def sweep(sheet: Sheet, spandsp: SpandspCallerId, standard: Standard, trials: Trials) -> Shares:
    shares = {value: share(spandsp, standard, trials.line, value, trials.count) for value in trials.values}
    sheet.sweep(
        "fsk",
        f"{trials.measure} {NAMES[standard]}",
        x_label=f"{trials.measure}, {trials.unit}",
        x=list(shares),
        y_label="messages heard, %",
        ours=[ours for ours, _ in shares.values()],
        rival=[theirs for _, theirs in shares.values()],
    )
    return shares


def within(shares: Shares, lowest: float, highest: float) -> tuple[float, float]:
    """The worst of these, ours and theirs."""
    some = [share for value, share in shares.items() if lowest <= value <= highest]
    return min(ours for ours, _ in some), min(theirs for _, theirs in some)


@STANDARDS
def test_noise(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    values = np.arange(2, 17, 1.0) if full else (5, 8, 12)
    trials = Trials(
        "signal to white noise",
        "dB",
        tuple(values),
        1000 if full else 60,
        lambda snr_db, ports, seed: on_the_line(Sender(standard), ports, snr_db=snr_db, seed=seed),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    for snr_db, goal in ((8, 99), (12, 99.9)):
        ours, theirs = shares[snr_db]
        measure = f"{NAMES[standard]} at {snr_db} dB signal to noise"
        sheet.row("fsk", measure, ours, f">= {goal}", rival=theirs, unit="%")
        assert ours >= goal
    assert all(ours >= theirs for ours, theirs in shares.values())


@STANDARDS
def test_level(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    values = np.arange(-50, 3.1, 1.0) if full else (-45, -40, -20, 3)
    trials = Trials(
        "level",
        "dBm0",
        tuple(values),
        200 if full else 20,
        lambda dbm0, ports, seed: on_the_line(Sender(standard, dbm0=dbm0), ports, seed=seed),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    ours, theirs = within(shares, -45, 3)
    sheet.row("fsk", f"{NAMES[standard]} at each level from -45 to +3 dBm0", ours, "100", rival=theirs, unit="%")
    assert ours == 100


@STANDARDS
def test_twist(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    values = np.arange(-18, 18.1, 1.0) if full else (-12, -10, 10, 12)
    trials = Trials(
        "twist",
        "dB, positive: the space is weaker",
        tuple(values),
        200 if full else 20,
        lambda db, ports, seed: on_the_line(Sender(standard, dbm0=-10, twist_db=db), ports, snr_db=30, seed=seed),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    ours, theirs = within(shares, -10, 10)
    sheet.row("fsk", f"{NAMES[standard]} with each twist up to 10 dB", ours, "100", rival=theirs, unit="%")
    assert ours == 100


@STANDARDS
def test_frequency(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    values = np.arange(-150, 151, 10.0) if full else (-50, 50)
    trials = Trials(
        "frequency offset",
        "Hz",
        tuple(values),
        200 if full else 20,
        lambda hz, ports, seed: on_the_line(Sender(standard, off_hz=hz), ports, snr_db=20, seed=seed),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    ours, theirs = within(shares, -50, 50)
    sheet.row("fsk", f"{NAMES[standard]} up to 50 Hz off", ours, "100", rival=theirs, unit="%")
    assert ours == 100


@STANDARDS
def test_speed(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    values = np.arange(-6, 6.1, 0.5) if full else (-2, 2)
    trials = Trials(
        "speed offset",
        "%",
        tuple(values),
        200 if full else 20,
        lambda percent, ports, seed: on_the_line(
            Sender(standard, speed=1 + percent / 100), ports, snr_db=20, seed=seed
        ),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    ours, theirs = within(shares, -2, 2)
    sheet.row("fsk", f"{NAMES[standard]} up to 2 % too fast or too slow", ours, "100", rival=theirs, unit="%")
    assert ours == 100


@STANDARDS
def test_stuffing(sheet: Sheet, full: bool, spandsp: SpandspCallerId, standard: Standard) -> None:
    trials = Trials(
        "mark bits between octets",
        "bits",
        range(21) if full else (10,),
        200 if full else 20,
        lambda bits, ports, seed: on_the_line(Sender(standard, stuffing=int(bits)), ports, snr_db=12, seed=seed),
    )
    shares = sweep(sheet, spandsp, standard, trials)
    ours, theirs = within(shares, 0, 10)
    measure = f"{NAMES[standard]} with up to 10 mark bits between octets, 12 dB signal to noise"
    sheet.row("fsk", measure, ours, ">= 99", rival=theirs, unit="%")
    assert ours >= 99


@STANDARDS
def test_speech_is_no_message(sheet: Sheet, full: bool, standard: Standard) -> None:
    minutes = 60 if full else 2
    carriers = heard = 0
    for seed in range(minutes):
        events = FskBank(1, standard).feed(minute_of_speech(seed)[np.newaxis])
        carriers += int(np.count_nonzero((events["kind"] == EventKind.FSK_CARRIER) & (events["code"] == 1)))
        heard += len(octets(events))
    sheet.row("fsk", f"{NAMES[standard]} octets in an hour of speech", 60 * heard / minutes, "0", unit="")
    sheet.row("fsk", f"{NAMES[standard]} carriers in an hour of speech", 60 * carriers / minutes, "-", unit="")
    assert heard == 0
