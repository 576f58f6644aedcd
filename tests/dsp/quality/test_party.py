"""Who answered: greetings of people and machines, faxes, modems and tones, from the octets to the decision."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from tests.dsp.quality.cadences import MS, Sound, alaw, amplitude, white
from tests.dsp.quality.sheet import Sheet
from tests.dsp.quality.speech import VOICES, need_espeak, speak, to_telephone
from tests.dsp.sounds import RATE_HZ

from kmcc.dsp.bank import Octets
from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine_event import Detect, EventKind, FaxTone
from kmcc.dsp.listener import Listener
from kmcc.switch.autodial.party import Heard, Party, PartyListener
from kmcc.switch.outgoing import FAX_TONES, HEARD

KERNEL = "party"
SECONDS = 13
SPEED_WPM = {"cmn": (230, 310), "en-gb": (150, 200)}  # three to five syllables a second
SOUNDS = Detect.PROGRESS | Detect.VOICE | Detect.BEEP | Detect.FAX
PEOPLE = (
    ("cmn", "喂"), ("cmn", "喂，你好"), ("cmn", "你好，请问哪位"), ("cmn", "喂，请讲"), ("cmn", "哎，你说"),
    ("cmn", "喂，找谁"), ("cmn", "你好，昆明电信"), ("en-gb", "Hello"), ("en-gb", "John speaking"), ("en-gb", "Yes?"),
)  # fmt: skip
MACHINES = (
    ("cmn", "您好，我现在无法接听您的电话，请在嘀声后留言，我会尽快与您联系"),
    ("cmn", "您拨打的用户暂时无法接听，请稍后再拨，或者在提示音后留下您的口信"),
    ("cmn", "这里是录音电话，主人不在家，听到信号后请留言，谢谢"),
    (
        "en-gb",
        "You have reached the Wang family. We cannot come to the phone now. Please leave a message after the tone",
    ),
    ("en-gb", "Sorry, nobody is available to take your call. Please record your message after the tone"),
)
SHORT_MACHINES = (("cmn", "请留言"), ("cmn", "请讲"), ("en-gb", "Leave a message"))


def said(rng: np.random.Generator, text: tuple[str, str]) -> Sound:
    """As it comes over a telephone, without the silence around it."""
    language, words = text
    speed = int(rng.integers(*SPEED_WPM[language]))
    heard = to_telephone(speak(f"{language}+{rng.choice(VOICES)}", words, speed, int(rng.integers(20, 80))))
    loud = np.flatnonzero(np.abs(heard) > 0.05 * np.abs(heard).max())
    heard = heard[loud[0] : loud[-1] + 1]
    scaled: Sound = heard * amplitude(rng.uniform(-24, -10)) / np.sqrt(2 * np.mean(heard**2))
    return scaled


def tone(rng: np.random.Generator, hz: float, ms: float) -> Sound:
    n = np.arange(round(ms * MS))
    return amplitude(rng.uniform(-25, -8)) * np.sin(2 * np.pi * hz * n / RATE_HZ)


def pause(ms: float) -> Sound:
    return np.zeros(round(ms * MS))


def beep(rng: np.random.Generator) -> Sound:
    return np.concatenate((pause(rng.uniform(200, 600)), tone(rng, rng.uniform(820, 1950), rng.uniform(150, 900))))


def human(rng: np.random.Generator) -> Sound:
    return said(rng, PEOPLE[rng.integers(len(PEOPLE))])


def machine(rng: np.random.Generator) -> Sound:
    return np.concatenate((said(rng, MACHINES[rng.integers(len(MACHINES))]), beep(rng)))


def short_machine(rng: np.random.Generator) -> Sound:
    return np.concatenate((said(rng, SHORT_MACHINES[rng.integers(len(SHORT_MACHINES))]), beep(rng)))


def cng(rng: np.random.Generator) -> Sound:
    return tone(rng, rng.uniform(1065, 1135), rng.uniform(430, 570))


def ced(rng: np.random.Generator) -> Sound:
    return tone(rng, rng.uniform(2086, 2114), 3000)


def fax_without_ced(rng: np.random.Generator) -> Sound:
    """Flags alone, of V.21 channel 2, for a second."""
    n = np.arange(round(rng.uniform(850, 1150) * MS))
    hz = np.where((n * 300 // RATE_HZ) % 8 % 7, 1650, 1850) + rng.uniform(-11, 11)
    return amplitude(rng.uniform(-35, -10)) * np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)


def answer_of_modem(rng: np.random.Generator) -> Sound:
    n = np.arange(3000 * MS)
    sign = np.where(n // (450 * MS) % 2, -1, 1)
    depth = 0.2 * rng.integers(2)
    return tone(rng, rng.uniform(2086, 2114), 3000) * sign * (1 + depth * np.sin(2 * np.pi * 15 * n / RATE_HZ))


def busy(rng: np.random.Generator) -> Sound:
    return np.tile(np.concatenate((tone(rng, rng.uniform(428, 472), 350), pause(350))), 6)


WHO: dict[str, tuple[Callable[[np.random.Generator], Sound], Party, float]] = {
    "person": (human, Party.HUMAN, 97),
    "machine": (machine, Party.MACHINE, 97),
    "machine of few words": (short_machine, Party.MACHINE, 90),
    "calling fax": (cng, Party.FAX, 99),
    "fax": (ced, Party.FAX, 99),
    "fax without CED": (fax_without_ced, Party.FAX, 99),
    "modem": (answer_of_modem, Party.MODEM, 99),
    "busy tone": (busy, Party.NETWORK_TONE, 99),
    "nobody": (lambda rng: pause(0), Party.SILENCE, 99),
}


def call(rng: np.random.Generator, make: Callable[[np.random.Generator], Sound]) -> Octets:
    """From the answer on, over the noise of a line or a street."""
    sound = white(rng, SECONDS * RATE_HZ, rng.uniform(-65, -42))
    heard, start = make(rng), round(rng.uniform(200, 1500) * MS)
    heard = heard[: len(sound) - start]
    sound[start : start + len(heard)] += heard
    return alaw(sound)


def decide(octets: Octets) -> list[Party]:
    """Each port's party: the detectors' events, and TIMEOUT whenever it is wanted."""
    listener = Listener(len(octets), SOUNDS)
    for port in range(len(octets)):
        listener.enable(port, SOUNDS, on=True)
    parties = [PartyListener(0) for _ in octets]
    matchers = [CadenceMatcher() for _ in octets]
    for event in listener.feed(octets):
        port, at_ms, edge = int(event["port"]), int(event["sample"]) // MS, int(event["sample"]) - int(event["b"])
        pass_time(parties[port], at_ms)
        match EventKind(event["kind"]):
            case EventKind.TONE_ON | EventKind.TONE_OFF as kind:
                turn = matchers[port].on if kind is EventKind.TONE_ON else matchers[port].off
                if turn(edge) is not None:
                    parties[port].receive(Heard.NETWORK_TONE, at_ms)
            case EventKind.FAX_ON:
                parties[port].receive(FAX_TONES[FaxTone(event["code"])], at_ms, edge // MS)
            case EventKind.FAX_OFF:
                pass
            case kind:
                parties[port].receive(HEARD[kind], at_ms, edge // MS)
    for party in parties:
        pass_time(party, SECONDS * 1000)
    return [party.decision.party for party in parties if party.decision is not None]


def pass_time(party: PartyListener, until_ms: int) -> None:
    while party.deadline_ms is not None and party.deadline_ms <= until_ms:
        party.receive(Heard.TIMEOUT, party.deadline_ms)


@pytest.mark.parametrize("who", WHO)
def test_who_answered(sheet: Sheet, who: str, full: bool) -> None:
    need_espeak()
    make, wanted, percent = WHO[who]
    rng = np.random.default_rng(178)
    told = Counter(decide(np.stack([call(rng, make) for _ in range(300 if full else 24)])))
    for party in sorted(told, key=lambda party: (party is not wanted, party.value)):
        goal = f">= {percent:g}" if party is wanted else f"<= {100 - percent:g}"
        sheet.row(KERNEL, f"{who} taken for {party.value}", 100 * told[party] / told.total(), goal, unit="%")
    assert told.total() == (300 if full else 24)
    assert 100 * told[wanted] / told.total() >= percent
