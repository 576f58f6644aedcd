"""Twin of csrc/listener.c and csrc/screen.c: the same whole numbers; a detector's twin adds `block` and `look`."""

from abc import ABC, abstractmethod
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.bank import EVENT_DTYPE, Events, Octets, check_alaw, check_port, check_port_count
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_g711 import decode_alaw

RATE_HZ: Final = 8000
BLOCK: Final = 64
GRID: Final = 8
RECENT: Final = 448
PEAK: Final = 8191
QUIET: Final = 2605

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]
Waves = npt.NDArray[np.int64]


def waves(hz: tuple[float, ...]) -> Waves:
    """(tones, 2, BLOCK): cosine and sine about the block's centre, 14 bits."""
    turn = 2 * np.pi * np.array(hz)[:, None] / RATE_HZ * (np.arange(BLOCK) - (BLOCK - 1) / 2)
    rounded: Waves = np.rint(PEAK * np.stack((np.cos(turn), np.sin(turn)), axis=1)).astype(np.int64)
    return rounded


def screen(pcm: Samples, of: Waves) -> tuple[np.float32, Floats]:
    """Mean square of a block and of each tone in it; float arithmetic in C's order."""
    x = pcm.astype(np.int64) // 8
    energy = np.float32(x @ x)
    sums = (of @ x).astype(np.float32)
    scale = (1.0 / (of * of).sum(axis=2)).astype(np.float32)
    power = sums * sums * scale
    quiet = energy < QUIET
    return energy, np.zeros(len(of), np.float32) if quiet else power[:, 0] + power[:, 1]


class ListenerTwin(ABC):
    """A bank of one detector, all ports on."""

    HZ: ClassVar[tuple[float, ...]] = ()  # where they are the same for all banks of a class
    EVERY: ClassVar[int] = 1  # grid points from look to look

    def __init__(self, ports: int, hz: tuple[float, ...] | None = None) -> None:
        self.ports = check_port_count(ports)
        self.hz = self.HZ if hz is None else hz
        self.at = 0
        self._waves = waves(self.hz) if self.hz else np.zeros((0, 2, BLOCK), np.int64)
        self._on_from: list[int | None] = [0] * ports
        self._awake = [False] * ports
        self._heard = np.zeros((ports, RECENT), np.int16)
        self._events: list[tuple[int, ...]] = []

    def enable(self, port: int, *, on: bool) -> None:
        """Heard from the next block's beginning on."""
        self._on_from[check_port(port, self.ports)] = -(-self.at // BLOCK) * BLOCK if on else None
        self._awake[port] = False
        self.forget(port)

    def feed(self, alaw: Octets) -> Events:
        pcm = decode_alaw(check_alaw(alaw, self.ports))
        while pcm.size:
            take = GRID - self.at % GRID
            heard, pcm = pcm[:, :take], pcm[:, take:]
            self._heard = np.hstack((self._heard, heard))[:, heard.shape[1] :]
            self.at += heard.shape[1]
            if self.at % GRID == 0:
                self._grid_point()
        events, self._events = self._events, []
        return np.array(events, EVENT_DTYPE)

    def report(self, port: int, kind: EventKind, code: int, a: int = 0, b: int = 0) -> None:
        self._events.append((port, kind, code, self.at, a, b))

    @abstractmethod
    def block(self, port: int, energy: np.float32, power: Floats) -> bool:
        """What the screen made of the block that ends now; whether the port shall be looked at, from now on."""

    def look(self, port: int, recent: Samples) -> bool:
        """The newest samples; whether to stay awake until the next block decides."""
        raise NotImplementedError

    @abstractmethod
    def forget(self, port: int) -> None:
        """What was decided on this port before."""

    def _grid_point(self) -> None:
        if self.at % BLOCK == 0:
            for port, on_from in enumerate(self._on_from):
                if on_from is not None and on_from + BLOCK <= self.at:
                    self._awake[port] = self.block(port, *screen(self._heard[port, -BLOCK:], self._waves))
        for port in range(self.ports):
            if self._awake[port] and self.at % (GRID * self.EVERY) == 0:
                self._awake[port] = self.look(port, self._recent(port))

    def _recent(self, port: int) -> Samples:
        recent: Samples = self._heard[port].copy()
        since = self._on_from[port]
        assert since is not None
        recent[: max(RECENT - (self.at - since), 0)] = 0
        return recent
