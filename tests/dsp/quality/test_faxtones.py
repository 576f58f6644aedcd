"""CNG, CED, ANSam and the preamble over level, frequency and noise, beside libspandsp's modem_connect_tones_rx."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from tests.dsp.quality.cadences import MS, alaw, amplitude, white
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.speech import minute_of_speech
from tests.dsp.sounds import RATE_HZ
from tests.peers.spandsp_tones import ModemTone, SpandspTones, load_spandsp_tones

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.engine_event import EventKind, FaxTone
from kmcc.dsp.faxtone import FaxToneBank
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.tone_plans import CHINA

KERNEL = "faxtones"
START_MS = 300.0
FLAG = "01111110"
KINDS: dict[FaxTone, ModemTone] = {
    FaxTone.CNG: ModemTone.CNG,
    FaxTone.CED: ModemTone.ANS,
    FaxTone.CED_REVERSED: ModemTone.ANS_REVERSED,
    FaxTone.ANSAM: ModemTone.ANSAM,
    FaxTone.ANSAM_REVERSED: ModemTone.ANSAM_REVERSED,
    FaxTone.PREAMBLE: ModemTone.PREAMBLE,
}


@dataclass(frozen=True, slots=True)
class Line:
    off_hz: float = 0.0
    dbm0: float = -15.0
    snr_db: float = 40.0


def drawn(rng: np.random.Generator, kind: FaxTone) -> Line:
    """T.30 +-38 Hz, V.25 +-15 Hz, V.21 +-12 Hz; level -40..0 dBm0, 15 to 40 dB over white noise."""
    within = {FaxTone.CNG: 38, FaxTone.PREAMBLE: 12}.get(kind, 15)
    return Line(rng.uniform(-within, within), rng.uniform(-40, 0), rng.uniform(15, 40))


def sent(rng: np.random.Generator, kind: FaxTone, line: Line, spandsp: SpandspTones) -> Octets:
    """Two cycles of CNG, or 3 s of answer tone, or T.30's 1 s +- 15 % of flags by libspandsp's sender."""
    sound = white(rng, 4600 * MS, line.dbm0 - line.snr_db)
    if kind is FaxTone.PREAMBLE:
        flags = spandsp.v21(FLAG * int(rng.integers(32, 44)), dbm0=line.dbm0, off_hz=round(line.off_hz))
        sound[round(START_MS * MS) :][: len(flags)] += flags
        return alaw(sound)
    t = np.arange(len(sound)) / RATE_HZ - START_MS / 1000
    if kind is FaxTone.CNG:
        during = (t >= 0) & (t % rng.uniform(3.4, 3.6) < 0.5 * rng.uniform(0.88, 1.12))
        hz, envelope = 1100 + line.off_hz, np.ones(len(t))
    else:
        during = (t >= 0) & (t < 3)
        has_am = kind in (FaxTone.ANSAM, FaxTone.ANSAM_REVERSED)
        hz = 2100 + line.off_hz
        envelope = 1 + 0.2 * has_am * np.sin(2 * np.pi * 15 * t + rng.uniform(0, 2 * np.pi))
        if kind in (FaxTone.CED_REVERSED, FaxTone.ANSAM_REVERSED):
            envelope = envelope * np.where(t // rng.uniform(0.43, 0.47) % 2, -1, 1)
    wave = np.sin(2 * np.pi * hz * t + rng.uniform(0, 2 * np.pi))
    return alaw(sound + during * envelope * amplitude(line.dbm0) * wave)


def ours_of(events: Events, ports: int) -> list[list[tuple[FaxTone, float]]]:
    """What each port was told, and so many ms after the tone's start."""
    return [
        [
            (FaxTone(event["code"]), int(event["sample"]) / MS - START_MS)
            for event in events[(events["port"] == port) & (events["kind"] == EventKind.FAX_ON)]
        ]
        for port in range(ports)
    ]


def theirs_of(spandsp: SpandspTones, octets: Octets, kind: FaxTone) -> list[list[tuple[FaxTone, float]]]:
    back = {theirs: ours for ours, theirs in KINDS.items()}
    listen = {FaxTone.CNG: ModemTone.CNG, FaxTone.PREAMBLE: ModemTone.PREAMBLE}.get(kind, ModemTone.ANS)
    return [
        [
            (back[tone], at / MS - START_MS)
            for tone, at in spandsp.modem_tones(decode_alaw(port), listen)
            if tone is not ModemTone.NONE
        ]
        for port in octets
    ]


def right(told: Sequence[Sequence[tuple[FaxTone, float]]], kind: FaxTone) -> float:
    """Percent whose last report is what it was."""
    return 100 * sum(bool(heard) and heard[-1][0] is kind for heard in told) / len(told)


@pytest.fixture(scope="module")
def spandsp() -> SpandspTones:
    return load_spandsp_tones(CHINA)


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name.lower())
def test_each_tone_is_what_it_is(sheet: Sheet, spandsp: SpandspTones, kind: FaxTone, full: bool) -> None:
    rng = np.random.default_rng(30)
    octets = np.stack([sent(rng, kind, drawn(rng, kind), spandsp) for _ in range(400 if full else 40)])
    ours, theirs = ours_of(FaxToneBank(len(octets)).feed(octets), len(octets)), theirs_of(spandsp, octets, kind)
    name, longest = kind.name.lower(), 300 if kind is FaxTone.PREAMBLE else 550
    sheet.row(KERNEL, f"{name} told as such", right(ours, kind), ">= 99", rival=right(theirs, kind), unit="%")
    first = [float(np.median([heard[0][1] for heard in told if heard])) for told in (ours, theirs)]
    sheet.row(KERNEL, f"{name}: first told after", first[0], f"<= {longest}", rival=first[1], unit="ms")
    assert right(ours, kind) >= 99
    assert first[0] <= longest


@pytest.mark.parametrize(
    "kind", [FaxTone.CNG, FaxTone.ANSAM_REVERSED, FaxTone.PREAMBLE], ids=lambda kind: kind.name.lower()
)
def test_noise(sheet: Sheet, spandsp: SpandspTones, kind: FaxTone, full: bool) -> None:
    ours, theirs = {}, {}
    for snr_db in range(0, 25, 4):
        rng = np.random.default_rng(25)
        octets = np.stack([sent(rng, kind, Line(snr_db=snr_db), spandsp) for _ in range(100 if full else 10)])
        ours[snr_db] = right(ours_of(FaxToneBank(len(octets)).feed(octets), len(octets)), kind)
        theirs[snr_db] = right(theirs_of(spandsp, octets, kind), kind)
    sheet.sweep(
        KERNEL, f"noise {kind.name.lower()}", x_label="signal to white noise, dB", x=list(ours), y_label="told, %",
        ours=list(ours.values()), rival=list(theirs.values()),
    )  # fmt: skip
    assert all(percent >= 99 for snr_db, percent in ours.items() if snr_db >= 12)


def test_speech_is_no_fax(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    minutes = 120 if full else 6
    octets = np.stack([minute_of_speech(seed) for seed in range(minutes)])
    ours = sum(map(len, ours_of(FaxToneBank(minutes).feed(octets), minutes)))
    theirs = sum(
        sum(map(len, theirs_of(spandsp, octets, kind))) for kind in (FaxTone.CNG, FaxTone.CED, FaxTone.PREAMBLE)
    )
    sheet.row(KERNEL, f"tones told in {minutes} minutes of speech", ours, "0", rival=theirs)
    assert ours == 0


def test_a_whistle_is_no_cng(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    """1100 Hz for 0.7 to 2 s: T.30 ends CNG after 575 ms at the latest."""
    rng = np.random.default_rng(7)
    octets = []
    for _ in range(200 if full else 20):
        sound = white(rng, 2600 * MS, -55)
        n = np.arange(len(sound))
        during = (n >= START_MS * MS) & (n < (START_MS + rng.uniform(700, 2000)) * MS)
        octets.append(alaw(sound + during * amplitude(-15) * np.sin(2 * np.pi * rng.uniform(1070, 1130) * n / RATE_HZ)))
    heard = np.stack(octets)
    ours = ours_of(FaxToneBank(len(heard)).feed(heard), len(heard))
    theirs = theirs_of(spandsp, heard, FaxTone.CNG)
    percent = [100 * sum(map(bool, told)) / len(told) for told in (ours, theirs)]
    sheet.row(KERNEL, "long tones of 1100 Hz taken for CNG", percent[0], "0", rival=percent[1], unit="%")
    assert percent[0] == 0


def test_data_of_v21_is_no_preamble(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    """Random bits on channel 2 for 4 s."""
    rng = np.random.default_rng(21)
    octets = []
    for _ in range(400 if full else 40):
        bits = "".join(map(str, rng.integers(0, 2, 1200)))
        octets.append(alaw(white(rng, 4000 * MS, -40) + spandsp.v21(bits)[: 4000 * MS]))
    heard = np.stack(octets)
    ours = ours_of(FaxToneBank(len(heard)).feed(heard), len(heard))
    theirs = theirs_of(spandsp, heard, FaxTone.PREAMBLE)
    percent = [100 * sum(map(bool, told)) / len(told) for told in (ours, theirs)]
    sheet.row(KERNEL, "random data of V.21 taken for the preamble", percent[0], "0", rival=percent[1], unit="%")
    assert percent[0] == 0
