"""Twin of csrc/echo_cancel.h and echo_residue.c in double precision, all ports at once."""

from typing import Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.echo import Echo
from kmcc.dsp.twin_g711 import decode_alaw, encode_alaw

TAPS: Final = 256
BLOCK: Final = 8
WINDOW: Final = 64  # blocks of a window of the background
WINDOWS: Final = 16  # of a second
UNIT: Final = 8.0

Octets = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float64]


class EchoTwin:
    """The cancellers of so many ports, all in one mode."""

    def __init__(self, ports: int, mode: Echo = Echo.FULL) -> None:
        self.mode = mode
        self.taps = np.zeros((ports, TAPS))
        self.doubt = np.full(ports, 3e-3)
        self._far = np.zeros((ports, TAPS - 1))
        self._blocks = 0
        self._gain, self._loud, self._talk, self._settling = np.zeros((4, ports))
        self._near_echo, self._echo_echo, self._left_left, self._far_far = np.zeros((4, ports))
        self._residue = _Residue(ports, mode)

    def feed(self, sent: Octets, heard: Octets) -> Octets:
        far, near = (decode_alaw(octets).astype(float) / UNIT for octets in (sent, heard))
        blocks = [self._block(far[:, n : n + BLOCK], near[:, n : n + BLOCK]) for n in range(0, far.shape[1], BLOCK)]
        said = np.hstack(blocks) * UNIT
        return encode_alaw(np.clip(np.trunc(said + np.copysign(0.5, said)), -32768, 32767).astype(np.int16))

    def _block(self, far: Array, near: Array) -> Array:
        past = np.hstack((self._far, far))
        self._far = past[:, BLOCK:]
        windows = np.lib.stride_tricks.sliding_window_view(past, TAPS, axis=1)[:, :, ::-1]  # newest first
        taken = np.einsum("pik,pk->pi", windows, np.rint(self.taps * 16384) / 16384)
        left = near - taken
        correlation = np.einsum("pik,pjk->pij", windows, windows)
        power = np.einsum("pii->p", correlation)
        self._smooth(near, taken, left, power)
        self._compare()
        echo, unsure = (taken**2).mean(1), self.doubt * power / BLOCK
        self._learn(windows, correlation, left, self._noise((near**2).mean(1), (left**2).mean(1), unsure))
        return self._residue.block(left, echo, unsure, power / (BLOCK * TAPS))

    def _smooth(self, near: Array, taken: Array, left: Array, power: Array) -> None:
        rate = 0.015
        self._near_echo += rate * ((near * taken).sum(1) - self._near_echo)
        self._echo_echo += rate * ((taken**2).sum(1) - self._echo_echo)
        self._left_left += rate * ((left**2).sum(1) - self._left_left)
        self._far_far += rate * (power - self._far_far)

    def _compare(self) -> None:
        """Is the echo we take off still like what comes?"""
        scale = 1 / (self._echo_echo + 1e-9)
        surely = (self._near_echo * scale - 1) ** 2 - 0.15 * self._left_left * scale
        heard = self._echo_echo > 3
        changed = heard & (surely > 0.3) & (self._settling <= 0)
        raised = np.where(
            changed,
            2 * self._left_left / (self._far_far + 1e-9),
            np.where(heard, np.minimum(surely, 1) * self._gain / TAPS, 0),
        )
        self.doubt = np.minimum(np.maximum(self.doubt, raised), 3e-3)
        self._talk[changed] = 0
        self._settling = np.where(changed, 100, self._settling - 1)

    def _noise(self, near: Array, left: Array, unsure: Array) -> Array:
        excess = left - unsure
        self._loud = np.maximum(self._loud * 0.95, near)
        self._talk += 0.03 * (np.maximum(excess, 0) - self._talk)
        usual = np.maximum(self._loud * 1.78e-4 + 0.16, self._talk)
        noise = np.where(excess > 6 * (self._talk + unsure + usual), excess, usual)
        return np.maximum(noise, unsure * 1e-5)

    def _learn(self, windows: Array, correlation: Array, left: Array, noise: Array) -> None:
        covariance = correlation * self.doubt[:, None, None] + noise[:, None, None] * np.eye(BLOCK)
        inverse = np.linalg.inv(covariance)
        weight = np.einsum("pij,pj->pi", inverse, left) * self.doubt[:, None]
        taught = BLOCK - noise * np.trace(inverse, axis1=1, axis2=2)
        self.doubt = self.doubt * (1 - 0.4 * np.maximum(taught, 0) / TAPS) + self._gain * (3e-8 * BLOCK / TAPS)
        self.taps += np.einsum("pi,pik->pk", weight, windows)
        if self._blocks % 8 == 0:
            self._gain = (self.taps**2).sum(1)
            insane = self._gain >= 2
            self.taps[insane], self._gain[insane], self.doubt[insane] = 0, 0, 3e-3
        self._blocks += 1


class _Residue:
    """Non-linear processor and comfort noise."""

    def __init__(self, ports: int, mode: Echo) -> None:
        self._mode = mode
        self._random = (2463534242 + np.arange(ports, dtype=np.uint32) % 16).astype(np.uint32)
        self._left, self._echo, self._unsure, self._hangover, self._hiss = np.zeros((5, ports))
        self._open = np.ones(ports)
        self._window: list[Array] = []
        self._echoes = np.zeros(ports)
        self._before = np.zeros(ports)
        self._least = np.full(ports, np.inf)
        self._least_tint, self._tint, self._drive = np.zeros((3, ports))
        self._noise = np.full(ports, -1.0)
        self._windows = 0

    def block(self, left: Array, echo: Array, unsure: Array, power: Array) -> Array:
        self._left += 0.1 * ((left**2).mean(1) - self._left)
        self._echo += 0.1 * (echo - self._echo)
        self._unsure += 0.1 * (unsure - self._unsure)
        self._window.append(left)
        self._echoes += (unsure + echo * 5e-4) * BLOCK
        said = self._blend(left, self._decide(power))
        if len(self._window) == WINDOW:
            self._end_window(np.hstack(self._window))
        return said

    def _decide(self, power: Array) -> Array:
        quiet = np.maximum(np.maximum(self._echo * 0.06, self._unsure * 4), self._noise * 4)
        self._hangover = np.where(self._left > quiet, 40, np.maximum(self._hangover - 1, 0))
        shut = (power > 128.7) & (self._hangover == 0) & bool(self._mode & Echo.SUPPRESS)
        return np.clip(self._open + np.where(shut, -0.125, 0.5), 0, 1)

    def _blend(self, left: Array, target: Array) -> Array:
        said = np.empty_like(left)
        for i in range(BLOCK):
            now = self._open + (target - self._open) * (i + 1) / BLOCK
            dice = self._random.astype(np.int32) * (3**0.5 / 2**31)
            self._hiss = self._hiss * self._tint + dice * self._drive
            self._random ^= self._random << np.uint32(13)
            self._random ^= self._random >> np.uint32(17)
            self._random ^= self._random << np.uint32(5)
            fill = self._hiss if self._mode & Echo.COMFORT else 0.0
            said[:, i] = left[:, i] * now + fill * (1 - now)
        self._open = target
        return said

    def _end_window(self, window: Array) -> None:
        mean = window.mean(1)
        before = np.hstack((self._before[:, None], window[:, :-1]))
        square = np.maximum((window**2).mean(1) - mean**2, 0)
        tint = np.clip(((window * before).mean(1) - mean**2) / (square + 1e-9), -0.95, 0.95)
        energy = (window**2).sum(1)
        clear = (energy > self._echoes * 4) | (self._echoes / window.shape[1] < 0.1)
        quieter = clear & (square < self._least) & (self._windows > 0)  # the first is not whole in the kernel
        self._least = np.where(quieter, square, self._least)
        self._least_tint = np.where(quieter, tint, self._least_tint)
        self._before = window[:, -1]
        self._window, self._echoes = [], np.zeros_like(self._echoes)
        self._learn_noise()

    def _learn_noise(self) -> None:
        self._windows += 1
        second = self._windows % WINDOWS == 0
        known = np.isfinite(self._least) & (second | (self._noise < 0) | (self._least < self._noise))
        self._noise = np.where(known, self._least * 1.12, self._noise)
        self._tint = np.where(known, self._least_tint, self._tint)
        self._drive = np.where(known, np.sqrt(np.maximum(self._noise, 0) * (1 - self._tint**2)), self._drive)
        if second:
            self._least[:] = np.inf
