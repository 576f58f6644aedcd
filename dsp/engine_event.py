"""What the media engine reports, and the octets it reports it in (struct engine_event of engine.h)."""

from enum import IntEnum, IntFlag
from struct import Struct
from typing import Final, NamedTuple

from kmcc.dsp._core import lib


class Detect(IntFlag):
    """Detectors that can be switched on for a port."""

    NONE = 0
    DTMF = lib.DETECT_DTMF
    MFC_FORWARD = lib.DETECT_MFC_FORWARD
    MFC_BACKWARD = lib.DETECT_MFC_BACKWARD
    PROGRESS = lib.DETECT_PROGRESS
    VOICE = lib.DETECT_VOICE
    FAX = lib.DETECT_FAX
    FSK_BELL202 = lib.DETECT_FSK_BELL202
    FSK_V23 = lib.DETECT_FSK_V23
    BEEP = lib.DETECT_BEEP
    SUPERVISORY = lib.DETECT_SUPERVISORY


class FaxTone(IntEnum):
    """Tones of fax machines and modems (T.30, V.25, V.8): the code of FAX_ON and FAX_OFF."""

    CNG = lib.FAX_CNG
    CED = lib.FAX_CED
    CED_REVERSED = lib.FAX_CED_REVERSED
    ANSAM = lib.FAX_ANSAM
    ANSAM_REVERSED = lib.FAX_ANSAM_REVERSED
    PREAMBLE = lib.FAX_PREAMBLE


class SpanAlarm(IntFlag):
    """Alarms of a span (G.704, G.732); LOS as its board tells it."""

    NONE = 0
    LOF = lib.SPAN_LOF
    LOMF = lib.SPAN_LOMF
    RAI = lib.SPAN_RAI
    RMA = lib.SPAN_RMA
    LOS = lib.SPAN_LOS
    AIS = lib.SPAN_AIS


class EventKind(IntEnum):
    """What happened; engine.h says what `code`, `a` and `b` are for each."""

    SIGNAL = lib.EV_SIGNAL
    DTMF_ON = lib.EV_DTMF_ON
    DTMF_OFF = lib.EV_DTMF_OFF
    MFC_ON = lib.EV_MFC_ON
    MFC_OFF = lib.EV_MFC_OFF
    TONE_ON = lib.EV_TONE_ON
    TONE_OFF = lib.EV_TONE_OFF
    VOICE_ON = lib.EV_VOICE_ON
    VOICE_OFF = lib.EV_VOICE_OFF
    FAX_ON = lib.EV_FAX_ON
    FAX_OFF = lib.EV_FAX_OFF
    BEEP_ON = lib.EV_BEEP_ON
    BEEP_OFF = lib.EV_BEEP_OFF
    PLAY_DONE = lib.EV_PLAY_DONE
    SEND_DONE = lib.EV_SEND_DONE
    RECORD_HALF = lib.EV_RECORD_HALF
    SPOTTED = lib.EV_SPOTTED
    FSK_CARRIER = lib.EV_FSK_CARRIER
    FSK_OCTET = lib.EV_FSK_OCTET
    SPAN = lib.EV_SPAN
    OVERRUN = lib.EV_OVERRUN


class EngineEvent(NamedTuple):
    """One event; a plain tuple, because hundreds of thousands are made."""

    at: int  # samples since the engine's beginning
    port: int
    kind: EventKind
    code: int
    a: int
    b: int


EVENT: Final = Struct("=QIHHii")
_KINDS: Final = {int(kind): kind for kind in EventKind}


def decode_events(octets: memoryview) -> list[EngineEvent]:
    """Events as they lie in the engine's memory."""
    kinds = _KINDS
    return [EngineEvent(at, port, kinds[kind], code, a, b) for at, port, kind, code, a, b in EVENT.iter_unpack(octets)]
