"""Twin of csrc/bank.c: the window of each port, correlated anew at every hop, in double precision."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from kmcc.dsp.bank import EVENT_DTYPE, Events, Octets, check_alaw, check_port, check_port_count
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.twin_g711 import decode_alaw

RATE_HZ: Final = 8000
PEAK_POWER: Final = 32768**2 / 2
PEAK_DBM0: Final = 3.14


def power(dbm0: float) -> float:
    return float(PEAK_POWER * 10 ** ((dbm0 - PEAK_DBM0) / 10))


def centi_dbm0(mean_square: float) -> int:
    return int(np.floor(1000 * np.log10(mean_square / PEAK_POWER) + 100 * PEAK_DBM0 + 0.5))


@dataclass(frozen=True, slots=True)
class Window:
    """One look at one port."""

    port: int
    energy: float
    tones: npt.NDArray[np.float64]  # energy of each tone
    phases: npt.NDArray[np.float64]  # what each gained in half a window, radians

    def drift(self, tone: int) -> float:
        return float(np.cos(self.phases[tone]))

    def true_energy(self, tone: int) -> float:
        """Made up for what the tone is off its frequency."""
        return float(self.tones[tone] / np.sinc(self.phases[tone] / np.pi) ** 2)


class BankTwin(ABC):
    """A detector bank; a kernel's twin adds `look`."""

    HOP: ClassVar[int]
    HOPS: ClassVar[int]

    def __init__(self, ports: int, hz: tuple[float, ...]) -> None:
        self.ports = check_port_count(ports)
        self.hz = hz
        self.looks = 0
        self._on = [True] * ports
        self._history = np.zeros((ports, self.HOP * self.HOPS * 3 // 2))
        self._samples = 0
        self._events: list[tuple[int, ...]] = []

    @property
    def window(self) -> int:
        return self.HOP * self.HOPS

    def enable(self, port: int, *, on: bool) -> None:
        self._on[check_port(port, self.ports)] = on
        self._history[port] = 0
        self.forget(port)

    def feed(self, alaw: Octets) -> Events:
        pcm = decode_alaw(check_alaw(alaw, self.ports)).astype(float)
        while pcm.size:
            take = self.HOP - self._samples % self.HOP
            heard, pcm = pcm[:, :take], pcm[:, take:]
            self._history = np.hstack((self._history, heard))[:, heard.shape[1] :]
            self._samples += heard.shape[1]
            if self._samples % self.HOP == 0:
                self._look_at_all()
        events, self._events = self._events, []
        return np.array(events, EVENT_DTYPE)

    def report(self, port: int, kind: EventKind, code: int, a: int = 0, b: int = 0) -> None:
        self._events.append((port, kind, code, self._samples, a, b))

    @abstractmethod
    def look(self, w: Window) -> None:
        """Decide on one port by its newest window."""

    @abstractmethod
    def forget(self, port: int) -> None:
        """What was decided on this port before."""

    def _look_at_all(self) -> None:
        self.looks += 1
        n = np.arange(self._samples - self._history.shape[1], self._samples)
        waves = np.exp(-2j * np.pi * np.outer(n, self.hz) / RATE_HZ)
        half = self.window // 2
        now = self._history[:, half:] @ waves[half:]
        before = self._history[:, :-half] @ waves[:-half]
        phases = np.where(before == 0, np.pi, np.angle(now * before.conj()))
        for port in range(self.ports):
            if self._on[port]:
                x = self._history[port, half:]
                self.look(Window(port, float(x @ x), np.abs(now[port]) ** 2 * 2 / self.window, phases[port]))
