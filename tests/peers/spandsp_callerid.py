"""Caller ID senders and receivers of the real libspandsp (Debian libspandsp2, loaded by tests only)."""

from enum import IntEnum
from typing import Any, Final

import cffi
import numpy as np
from tests.peers.spandsp import Samples, load_library

CDEF: Final = """
typedef void (*put_msg_func_t)(void *user, const uint8_t *msg, int len);
void *adsi_rx_init(void *s, int standard, put_msg_func_t put_msg, void *user);
int   adsi_rx(void *s, const int16_t *amp, int len);
int   adsi_rx_free(void *s);
void *adsi_tx_init(void *s, int standard);
int   adsi_tx(void *s, int16_t *amp, int max_len);
int   adsi_tx_put_message(void *s, const uint8_t *msg, int len);
int   adsi_add_field(void *s, uint8_t *msg, int len, uint8_t type, const uint8_t *body, int body_len);
int   adsi_tx_free(void *s);
"""
MOST_OCTETS: Final = 256
FRAME: Final = 160


class Adsi(IntEnum):
    """Their standards that we share: Bell 202 with our messages, V.23 with our messages, DTMF digits."""

    CLASS = 1
    CLIP = 2
    CLIP_DTMF = 5


class SpandspCallerId:
    """Their sender and receiver, each used once and freed."""

    def __init__(self, ffi: cffi.FFI, lib: Any) -> None:
        self._ffi = ffi
        self._lib = lib

    def send(self, standard: Adsi, message_type: int, fields: list[tuple[int, bytes]], samples: int) -> Samples:
        """A message of these fields (field type 0: the body of a message of single data), silence after it."""
        sender = self._lib.adsi_tx_init(self._ffi.NULL, standard)
        octets = self._ffi.new("uint8_t[]", MOST_OCTETS)
        length = self._lib.adsi_add_field(sender, octets, -1, message_type, self._ffi.NULL, 0)
        for kind, body in fields:
            length = self._lib.adsi_add_field(sender, octets, length, kind, body, len(body))
        assert self._lib.adsi_tx_put_message(sender, octets, length) == length
        pcm = np.zeros(samples, np.int16)
        sent = 0
        while (more := self._lib.adsi_tx(sender, self._at(pcm, sent), min(FRAME, samples - sent))) > 0:
            sent += more
        self._lib.adsi_tx_free(sender)
        return pcm

    def hear(self, standard: Adsi, pcm: Samples) -> list[bytes]:
        """The messages that pass their checks, without checksum."""
        heard: list[bytes] = []
        ffi = self._ffi

        @ffi.callback("put_msg_func_t")
        def put_msg(_user: object, message: object, length: int) -> None:
            heard.append(bytes(ffi.buffer(message, length)))

        receiver = self._lib.adsi_rx_init(ffi.NULL, standard, put_msg, ffi.NULL)
        for at in range(0, len(pcm), FRAME):
            self._lib.adsi_rx(receiver, self._at(pcm, at), min(FRAME, len(pcm) - at))
        self._lib.adsi_rx_free(receiver)
        return heard

    def _at(self, pcm: Samples, at: int) -> Any:
        return self._ffi.from_buffer("int16_t[]", pcm.data) + at


def load_spandsp_callerid() -> SpandspCallerId:
    return SpandspCallerId(*load_library(CDEF))
