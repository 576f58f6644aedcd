"""libspandsp's receivers of progress tones (super_tone_rx) and of fax tones (modem_connect_tones_rx)."""

from enum import IntEnum
from typing import Any, Final

import cffi
import numpy as np
from tests.peers.spandsp import Samples, load_library

from kmcc.dsp.tone_profile import ProgressTone, ToneProfile

FRAME: Final = 160
CDEF: Final = """
void *super_tone_rx_make_descriptor(void *desc);
int   super_tone_rx_free_descriptor(void *desc);
int   super_tone_rx_add_tone(void *desc);
int   super_tone_rx_add_element(void *desc, int tone, int f1, int f2, int min, int max);
void *super_tone_rx_init(void *s, void *desc, void (*callback)(void *, int, int, int), void *user);
int   super_tone_rx(void *s, const int16_t *amp, int samples);
int   super_tone_rx_free(void *s);
void *modem_connect_tones_rx_init(void *s, int tone_type, void (*callback)(void *, int, int, int), void *user);
int   modem_connect_tones_rx(void *s, const int16_t *amp, int samples);
int   modem_connect_tones_rx_free(void *s);
typedef struct { char *name; int freq_zero; int freq_one; int tx_level; int min_level; int baud_rate; } fsk_spec_t;
extern const fsk_spec_t preset_fsk_specs[];
void *fsk_tx_init(void *s, const fsk_spec_t *spec, int (*get_bit)(void *), void *user);
void  fsk_tx_power(void *s, float power);
int   fsk_tx(void *s, int16_t *amp, int len);
int   fsk_tx_free(void *s);
"""
V21_CHANNEL_2: Final = 1  # its place among the presets
END_OF_DATA: Final = -7
LONGEST_MS: Final = 60_000


class ModemTone(IntEnum):
    """What its receiver is told to listen for, and what it reports; 0 = the end of it."""

    NONE = 0
    CNG = 1
    ANS = 2
    ANS_REVERSED = 3
    ANSAM = 4
    ANSAM_REVERSED = 5
    PREAMBLE = 6


class SpandspTones:
    """A descriptor of a profile; each call hears one recording with receivers of its own."""

    def __init__(self, ffi: cffi.FFI, lib: Any, profile: ToneProfile) -> None:
        self._ffi, self._lib = ffi, lib
        self._names = [tone.name for tone in profile.tones]
        self._descriptor = lib.super_tone_rx_make_descriptor(ffi.NULL)
        for tone in profile.tones:
            self._add(profile, tone)

    def _add(self, profile: ToneProfile, tone: ProgressTone) -> None:
        """The cadence with the tolerance of ours; a tone that goes on with the length after which ours is sure."""
        number = self._lib.super_tone_rx_add_tone(self._descriptor)
        tolerance = profile.tolerance_of(tone)
        for step in tone.steps:
            low, high = (*(round(hz) for hz in step.hz), 0, 0)[:2]
            room = 0.0 if step.ms is None else tolerance.of(step.ms)
            shortest = tone.early_ms if step.ms is None else step.ms - room
            longest = 0 if step.ms is None else round(step.ms + room)
            self._lib.super_tone_rx_add_element(
                self._descriptor, number, low, high, round(shortest or 0), longest or LONGEST_MS
            )

    def names(self, pcm: Samples) -> list[str]:
        """The tones that it reports, in order."""
        told: list[int] = []
        callback = self._ffi.callback("void(void *, int, int, int)", lambda _, code, level, delay: told.append(code))
        receiver = self._lib.super_tone_rx_init(self._ffi.NULL, self._descriptor, callback, self._ffi.NULL)
        self._feed(self._lib.super_tone_rx, receiver, pcm)
        self._lib.super_tone_rx_free(receiver)
        return [self._names[code] for code in told if code >= 0]

    def modem_tones(self, pcm: Samples, listen: ModemTone) -> list[tuple[ModemTone, int]]:
        """What it reports and after which sample."""
        told: list[tuple[ModemTone, int]] = []
        now = 0

        def take(_: Any, code: int, level: int, delay: int) -> None:
            told.append((ModemTone(code), now))

        callback = self._ffi.callback("void(void *, int, int, int)", take)
        receiver = self._lib.modem_connect_tones_rx_init(self._ffi.NULL, listen, callback, self._ffi.NULL)
        for at in range(0, len(pcm), FRAME):
            now = at + len(pcm[at : at + FRAME])
            self._lib.modem_connect_tones_rx(receiver, self._in(pcm[at : at + FRAME]), now - at)
        self._lib.modem_connect_tones_rx_free(receiver)
        return told

    def v21(self, bits: str, *, dbm0: float = -15.0, off_hz: int = 0) -> Samples:
        """These bits by its sender of V.21 channel 2, whose zeros and ones may be off by so much."""
        preset = self._lib.preset_fsk_specs[V21_CHANNEL_2]
        spec: Any = self._ffi.new("fsk_spec_t *", preset)
        spec.freq_zero, spec.freq_one = preset.freq_zero + off_hz, preset.freq_one + off_hz
        left = iter(bits)
        get_bit = self._ffi.callback("int(void *)", lambda _: int(next(left, END_OF_DATA)))
        sender = self._lib.fsk_tx_init(self._ffi.NULL, spec, get_bit, self._ffi.NULL)
        self._lib.fsk_tx_power(sender, dbm0)
        pcm = np.zeros(len(bits) * 8000 // 300, np.int16)
        self._lib.fsk_tx(sender, self._in(pcm), len(pcm))
        self._lib.fsk_tx_free(sender)
        return pcm

    def _feed(self, feed: Any, receiver: Any, pcm: Samples) -> None:
        for at in range(0, len(pcm), FRAME):
            part = pcm[at : at + FRAME]
            feed(receiver, self._in(part), len(part))

    def _in(self, pcm: Samples) -> Any:
        return self._ffi.from_buffer("int16_t[]", pcm.data)


def load_spandsp_tones(profile: ToneProfile) -> SpandspTones:
    return SpandspTones(*load_library(CDEF), profile)
