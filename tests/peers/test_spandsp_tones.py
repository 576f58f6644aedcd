"""Our tones and detectors against those of libspandsp, both ways."""

import numpy as np
import pytest
from tests.peers.spandsp import Samples, Spandsp, load_spandsp

from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.mfc import Direction, MfcBank
from kmcc.dsp.tone import DTMF_DIGITS, dtmf_tone, mfc_tone, render

MS = 8
SIGNALS = [
    (way, signal) for way, count in ((Direction.FORWARD, 15), (Direction.BACKWARD, 6)) for signal in range(1, count + 1)
]


@pytest.fixture(scope="module")
def spandsp() -> Spandsp:
    return load_spandsp()


def over_the_line(pcm: Samples) -> Samples:
    return decode_alaw(encode_alaw(pcm))


def ours(pcm: Samples) -> str:
    events = DtmfBank(1).feed(encode_alaw(pcm)[np.newaxis])
    return "".join(chr(code) for code in events["code"][events["kind"] == EventKind.DTMF_ON])


@pytest.mark.parametrize(("on_ms", "off_ms"), [(40, 40), (50, 50), (80, 80)])
def test_their_digits_in_our_decoder(spandsp: Spandsp, on_ms: int, off_ms: int) -> None:
    digits = DTMF_DIGITS + "1155"
    sent = spandsp.send_dtmf(digits, (on_ms + off_ms) * MS * (len(digits) + 1), on_ms=on_ms, off_ms=off_ms)
    assert ours(sent) == digits


@pytest.mark.parametrize(("on_ms", "off_ms"), [(50, 50), (80, 80)])
def test_our_digits_in_their_decoder(spandsp: Spandsp, on_ms: int, off_ms: int) -> None:
    digits = DTMF_DIGITS + "1155"
    sent = [render(dtmf_tone(digit, on_ms, off_ms), (on_ms + off_ms) * MS) for digit in digits]
    assert spandsp.hear_dtmf(over_the_line(np.concatenate(sent))) == digits


@pytest.mark.parametrize(("direction", "signal"), SIGNALS)
class TestRegisterSignals:
    def test_theirs_in_our_bank(self, spandsp: Spandsp, direction: Direction, signal: int) -> None:
        sent = spandsp.send_r2(signal, 60 * MS, forward=direction is Direction.FORWARD)
        heard = np.concatenate((sent, np.zeros(40 * MS, np.int16)))
        events = MfcBank(1, direction).feed(encode_alaw(heard)[np.newaxis])
        assert [(event["kind"], event["code"]) for event in events] == [
            (EventKind.MFC_ON, signal),
            (EventKind.MFC_OFF, signal),
        ]

    def test_ours_in_their_receiver(self, spandsp: Spandsp, direction: Direction, signal: int) -> None:
        sent = over_the_line(render(mfc_tone(direction, signal), 60 * MS))
        assert spandsp.hear_r2(sent, forward=direction is Direction.FORWARD) == signal


def test_silence_is_no_signal(spandsp: Spandsp) -> None:
    silence = np.zeros(60 * MS, np.int16)
    assert spandsp.hear_r2(silence, forward=True) is None
    assert not spandsp.hear_dtmf(silence)
