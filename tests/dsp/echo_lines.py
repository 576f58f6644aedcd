"""The lines on which our echo canceller and speexdsp's are compared: the same speech, hybrids and A-law both ways."""

from typing import Final

import numpy as np
from tests.dsp.two_wire import RATE_HZ, Sound, alaw, echo_of, hybrid, loss_db, speech, through_alaw
from tests.peers.speexdsp import Speexdsp

from kmcc.dsp.echo import Echo, EchoCancellers
from kmcc.dsp.g711 import decode_alaw
from kmcc.switch.announce import Language

ERL_DB: Final = 12.0
WINDOWS_S: Final = ((0, 1), (1, 2), (2, 5), (20, 30))
TALKS_S: Final = (10, 13)  # both sides
AFTER_S: Final = (13, 14)
LINES: Final = ((Language.EN, -16.0, 8.0), (Language.ZH, -20.0, 16.0), (Language.EN, -12.0, 24.0))


def rival_said(speex: Speexdsp, sent: Sound, heard: Sound) -> Sound:
    """In A-law, as ours comes."""
    return through_alaw(speex.cancel(sent.astype(np.int16), through_alaw(heard).astype(np.int16)).astype(float))


def ours_said(sent: Sound, heard: Sound) -> Sound:
    octets = EchoCancellers(1, Echo.CANCEL).feed(alaw(sent)[None], alaw(heard)[None])
    return decode_alaw(octets[0]).astype(float)


def line(number: int) -> tuple[Sound, Sound, Sound]:
    """Thirty seconds: sent, its echo, and near speech as loud in the middle."""
    lang, dbm0, ms = LINES[number]
    sent = through_alaw(speech(30, dbm0, lang=lang, seed=number))
    near = np.zeros_like(sent)
    talks = slice(*(RATE_HZ * second for second in TALKS_S))
    near[talks] = speech(TALKS_S[1] - TALKS_S[0], dbm0, seed=number + 50)
    return sent, echo_of(sent, hybrid(number + 3, erl_db=ERL_DB, ms=ms)), near


def losses(echo: Sound, said: Sound, near: Sound, windows: tuple[tuple[int, int], ...]) -> list[float]:
    return [loss_db(echo, said - near, *window) for window in windows]
