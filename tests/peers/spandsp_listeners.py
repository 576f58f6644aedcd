"""All of libspandsp's receivers that our listener has counterparts of, on one port, as its users run them together."""

from typing import Any, Final

import cffi
import numpy as np
import numpy.typing as npt
from tests.peers.spandsp import CDEF, load_library

FAX_CNG, ANSWER_TONE = 1, 2
CHINA_HZ: Final = 450

Samples = npt.NDArray[np.int16]

MORE: Final = """
void *super_tone_rx_make_descriptor(void *s);
int   super_tone_rx_free_descriptor(void *s);
int   super_tone_rx_add_tone(void *s);
int   super_tone_rx_add_element(void *s, int tone, int f1, int f2, int min, int max);
typedef void (*tone_report)(void *user, int code, int level, int delay);
void *super_tone_rx_init(void *s, void *descriptor, tone_report callback, void *user);
int   super_tone_rx(void *s, const int16_t *amp, int samples);
int   super_tone_rx_free(void *s);
void *modem_connect_tones_rx_init(void *s, int type, void *callback, void *user);
int   modem_connect_tones_rx(void *s, const int16_t *amp, int samples);
int   modem_connect_tones_rx_free(void *s);
"""


class RivalListener:
    """dtmf_rx, r2_mf_rx both ways, super_tone_rx for China's busy tone, modem_connect_tones_rx for CNG and CED."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi, self._lib = ffi, lib
        none = ffi.NULL
        self._callback = ffi.callback("tone_report", lambda _user, _code, _level, _delay: None)
        self._descriptor = ffi.gc(lib.super_tone_rx_make_descriptor(none), lib.super_tone_rx_free_descriptor)
        tone = lib.super_tone_rx_add_tone(self._descriptor)
        for hz in (CHINA_HZ, 0):
            lib.super_tone_rx_add_element(self._descriptor, tone, hz, 0, 300, 400)
        self._receivers = (
            (lib.dtmf_rx, ffi.gc(lib.dtmf_rx_init(none, none, none), lib.dtmf_rx_free)),
            (lib.r2_mf_rx, ffi.gc(lib.r2_mf_rx_init(none, 1, none, none), lib.r2_mf_rx_free)),
            (lib.r2_mf_rx, ffi.gc(lib.r2_mf_rx_init(none, 0, none, none), lib.r2_mf_rx_free)),
            (
                lib.super_tone_rx,
                ffi.gc(lib.super_tone_rx_init(none, self._descriptor, self._callback, none), lib.super_tone_rx_free),
            ),
            *(
                (
                    lib.modem_connect_tones_rx,
                    ffi.gc(lib.modem_connect_tones_rx_init(none, kind, none, none), lib.modem_connect_tones_rx_free),
                )
                for kind in (FAX_CNG, ANSWER_TONE)
            ),
        )

    def hear(self, pcm: Samples) -> str:
        """The keys in it; what the others found is not asked for. Each has all of it at once, which favours them."""
        amp = self._ffi.from_buffer("int16_t[]", pcm.data)
        for receive, state in self._receivers:
            receive(state, amp, len(pcm))
        digits = self._ffi.new("char[]", 129)
        count = self._lib.dtmf_rx_get(self._receivers[0][1], digits, 128)
        return bytes(self._ffi.buffer(digits, count)).decode()


def load_rivals() -> tuple[cffi.FFI, Any]:
    return load_library(CDEF + MORE)
