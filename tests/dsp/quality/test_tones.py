"""Progress tones named by their cadence: the confusion matrix and what each name bears, beside libspandsp's.

Every trial is one tone on a port of its own (cadences.py). A trial of ours is right when its name and no other was
told; libspandsp tells a name early and another one later, so what counts for it is the last.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.dsp.quality.cadences import MS, Line, alaw, amplitude, names, sent, white
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.speech import minute_of_speech
from tests.dsp.sounds import RATE_HZ
from tests.peers.spandsp_tones import SpandspTones, load_spandsp_tones

from kmcc.dsp.bank import Octets
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.progress import ProgressBank
from kmcc.dsp.tone_plans import CHINA, ITU, NORTH_AMERICA
from kmcc.dsp.tone_profile import Step, ToneProfile

KERNEL = "tones"
HEARD_AT_450 = ("dial", "special_dial", "ring_back", "busy", "congestion", "vacant", "intrusion", "call_waiting")
NOTHING = "no name"
Trial = Callable[[np.random.Generator], Octets]


@pytest.fixture(scope="module")
def spandsp() -> SpandspTones:
    return load_spandsp_tones(CHINA)


def first_wrong(told: Sequence[str], wanted: str) -> str:
    """The name that the trial counts as."""
    wrong = [name for name in told if name != wanted]
    return wrong[0] if wrong else told[0] if told else NOTHING


def matrix(
    profile: ToneProfile, wanted: Sequence[str], trials: int, hear: Callable[[Octets], list[list[str]]]
) -> Counter[tuple[str, str]]:
    rng = np.random.default_rng(3380)
    counts: Counter[tuple[str, str]] = Counter()
    for name in wanted:
        octets = np.stack([sent(rng, profile, profile.named(name), Line.drawn(rng)) for _ in range(trials)])
        counts.update((name, first_wrong(told, name)) for told in hear(octets))
    return counts


def put(sheet: Sheet, which: str, ours: Counter[tuple[str, str]], theirs: Counter[tuple[str, str]] | None) -> None:
    """The cells of the matrix that are not empty, in percent of their row."""
    for sent_name, told in sorted({*ours, *(theirs or ())}, key=lambda cell: (cell[0], cell[0] != cell[1], cell[1])):
        goal = ">= 99" if sent_name == told else "<= 1" if told == NOTHING else "0"
        each = [
            None if of is None else 100 * of[sent_name, told] / sum(n for (row, _), n in of.items() if row == sent_name)
            for of in (ours, theirs)
        ]
        sheet.row(KERNEL, f"{which}: {sent_name} told as {told}", each[0] or 0.0, goal, rival=each[1], unit="%")


def wrong(counts: Counter[tuple[str, str]]) -> int:
    return sum(n for (name, told), n in counts.items() if told not in {name, NOTHING})


def test_confusion_of_chinas_tones(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    trials = 400 if full else 40
    ours = matrix(CHINA, HEARD_AT_450, trials, names)
    theirs = matrix(
        CHINA, HEARD_AT_450, trials, lambda octets: [spandsp.names(decode_alaw(port))[-1:] for port in octets]
    )
    put(sheet, "China", ours, theirs)
    assert wrong(ours) == 0
    assert all(ours[name, name] >= 0.99 * trials for name in HEARD_AT_450)


@pytest.mark.parametrize("profile", [CHINA, ITU, NORTH_AMERICA], ids=lambda profile: profile.name)
def test_confusion_of_every_profile_in_the_bank_of_profiles(sheet: Sheet, profile: ToneProfile, full: bool) -> None:
    trials = 200 if full else 20
    wanted = [tone.name for tone in profile.tones if tone.dbm0[0] <= -40 and tone.dbm0[1] >= 0]
    wanted = [name for name in wanted if profile.named(name).longest_pause_ms < 9000]
    ours = matrix(profile, wanted, trials, lambda octets: names(octets, profile, cheap=False))
    put(sheet, f"{profile.name}, all frequencies", ours, None)
    assert wrong(ours) == 0
    assert all(ours[name, name] >= 0.99 * trials for name in wanted)


def curve(
    sheet: Sheet, spandsp: SpandspTones, axis: tuple[str, str], lines: dict[float, Line], trials: int
) -> dict[float, float]:
    """Percent named right for each line, ours; both are put on the sheet. `axis`: what it is, and what x is."""
    name, ours, theirs = "busy", {}, {}
    for x, line in lines.items():
        rng = np.random.default_rng(450)
        octets = np.stack([sent(rng, CHINA, CHINA.named(name), line, 4.5) for _ in range(trials)])
        ours[x] = 100 * sum(told == [name] for told in names(octets)) / trials
        theirs[x] = 100 * sum(spandsp.names(decode_alaw(port))[-1:] == [name] for port in octets) / trials
    sheet.sweep(
        KERNEL, axis[0], x_label=axis[1], x=list(lines), y_label=f"{name} named, %", ours=list(ours.values()),
        rival=list(theirs.values()),
    )  # fmt: skip
    return ours


def test_noise(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    lines = {float(snr): Line(noise_dbm0=-15 - snr) for snr in range(0, 21, 2)}
    ours = curve(sheet, spandsp, ("noise", "signal to white noise, dB"), lines, 200 if full else 25)
    assert all(percent == 100 for snr, percent in ours.items() if snr >= 10)


def test_level(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    lines = {float(dbm0): Line(dbm0=dbm0, noise_dbm0=-65) for dbm0 in range(-48, 4, 3)}
    ours = curve(sheet, spandsp, ("level", "level, dBm0"), lines, 100 if full else 12)
    assert all(percent == 100 for dbm0, percent in ours.items() if dbm0 >= -42)
    assert ours[-48.0] == 0


def test_frequency(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    within = CHINA.within_hz(450)
    lines = {float(hz): Line(off=(hz - 450) / within, noise_dbm0=-45) for hz in range(380, 521, 7)}
    ours = curve(sheet, spandsp, ("frequency", "frequency, Hz"), lines, 60 if full else 10)
    assert all(percent == 100 for hz, percent in ours.items() if 425 <= hz <= 475)
    assert all(percent == 0 for hz, percent in ours.items() if hz <= 395 or hz >= 505)


def test_cadence(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    lines = {float(percent): Line(stretch=percent / 100) for percent in range(-24, 25, 4)}
    ours = curve(sheet, spandsp, ("cadence", "bursts and pauses longer by, %"), lines, 60 if full else 10)
    assert all(named == 100 for percent, named in ours.items() if abs(percent) <= 8)
    assert all(named == 0 for percent, named in ours.items() if abs(percent) >= 16)


def test_other_cadences_have_no_name(sheet: Sheet, full: bool) -> None:
    """450 Hz in cadences of nobody, at least a fifth off every one of China's in one of their parts."""
    rng = np.random.default_rng(5)
    trials = 200 if full else 30
    cadences = [(500, 500), (350, 700), (700, 350), (1000, 350), (250, 250), (550, 550), (150, 150), (1500, 1000)]
    ports = []
    for trial in range(trials):
        on, off = cadences[trial % len(cadences)]
        tone = CHINA.named("busy")
        steps = (Step((450.0,), on), Step((), off))
        other = type(tone)("other", steps, tone.needed)
        ports.append(sent(rng, CHINA, other, Line(rng.uniform(-1, 1), rng.uniform(-0.03, 0.03), 3)))
    told = sum(bool(heard) for heard in names(np.stack(ports)))
    sheet.row(KERNEL, "cadences of nobody that were given a name", 100 * told / trials, "0", unit="%")
    assert told == 0


def test_speech_makes_no_tones(sheet: Sheet, spandsp: SpandspTones, full: bool) -> None:
    minutes = 120 if full else 6
    ours = theirs = 0
    for start in range(0, minutes, 6):
        octets = np.stack([minute_of_speech(seed) for seed in range(start, min(start + 6, minutes))])
        ours += sum(len(told) for told in names(octets))
        theirs += sum(len(spandsp.names(decode_alaw(port))) for port in octets)
    sheet.row(KERNEL, f"names told in {minutes} minutes of speech", ours, "0", rival=theirs)
    assert ours == 0


def test_edges(sheet: Sheet) -> None:
    """Each end of 400 bursts of 450 Hz at 20 dB over the noise; no counterpart in libspandsp tells it."""
    rng = np.random.default_rng(8)
    starts, octets = rng.uniform(100, 160, 200), []
    for start in starts:
        sound = white(rng, 600 * MS, -35)
        n = np.arange(len(sound))
        during = (n >= start * MS) & (n < (start + 300) * MS)
        turn = 2 * np.pi * rng.uniform(425, 475) / RATE_HZ
        octets.append(alaw(sound + during * amplitude(-15) * np.sin(turn * n + rng.uniform(0, 7))))
    events = ProgressBank(200).feed(np.stack(octets))
    assert len(events) == 400
    errors = []
    for port, start in enumerate(starts):
        edges = [(int(e["sample"]) - int(e["b"])) / MS for e in events[events["port"] == port]]
        errors += [edges[0] - start, edges[1] - start - 300]
    worst = float(np.abs(errors).max())
    sheet.row(KERNEL, "edges told off by, at most", worst, "<= 5", unit="ms")
    assert worst <= 5
