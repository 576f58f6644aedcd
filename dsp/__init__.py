"""Floor 1: tones, G.711 and media in C, with thin typed faces.

The common names are here; each comes from the module of the same noun.
"""

from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.errors import DspError, WavError
from kmcc.dsp.mfc import Direction, MfcBank
from kmcc.dsp.progress import ProgressBank
from kmcc.dsp.tone import CHINA_TONES, Tone
from kmcc.dsp.voice import VoiceBank

__all__ = [
    "CHINA_TONES",
    "CadenceMatcher",
    "Direction",
    "DspError",
    "DtmfBank",
    "MfcBank",
    "ProgressBank",
    "Tone",
    "VoiceBank",
    "WavError",
]
