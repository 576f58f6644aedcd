"""Twin of csrc/agc.c in Python's whole numbers, a port after the other."""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.twin_g711 import decode_alaw, encode_alaw

BLOCK: Final = 16
LEVELS: Final = {"too loud": 257_000, "too faint": 162_000, "speech": 407}

Octets = npt.NDArray[np.uint8]


class AgcTwin:
    def __init__(self, ports: int) -> None:
        self._gain = [65536] * ports
        self._envelope = [0] * ports

    def feed(self, alaw: Octets) -> Octets:
        return np.stack([self._port(port, decode_alaw(row)) for port, row in enumerate(alaw)])

    def gains(self) -> npt.NDArray[np.float64]:
        return np.array(self._gain) / 65536

    def _port(self, port: int, pcm: npt.NDArray[np.int16]) -> Octets:
        blocks = [self._block(port, [int(x) for x in block]) for block in pcm.reshape(-1, BLOCK)]
        return encode_alaw(np.array(blocks, np.int16).ravel())

    def _block(self, port: int, pcm: list[int]) -> list[int]:
        mean_square = sum((x // 8) ** 2 for x in pcm) // BLOCK
        self._envelope[port] += (mean_square - self._envelope[port]) // 16
        gain = self._follow(self._gain[port], self._envelope[port], max(1, *map(abs, pcm)))
        self._gain[port] = gain
        return [(x * (gain // 16) + 2048) // 4096 for x in pcm]

    @staticmethod
    def _follow(gain: int, envelope: int, peak: int) -> int:
        out = envelope * (gain // 256) ** 2 // 65536
        if envelope >= LEVELS["speech"] and out > LEVELS["too loud"]:
            gain -= gain // 128
        elif envelope >= LEVELS["speech"] and out < LEVELS["too faint"]:
            gain += gain // 2048
        return min(max(16384, min(262144, gain)), 32256 * 65536 // peak)
