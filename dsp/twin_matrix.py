"""What a conference sends its members, in a few lines of numpy; twin of csrc/matrix.c and conference.c for tests."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

UNITY: Final = 4096


def conference(says: NDArray[np.int16]) -> NDArray[np.int16]:
    """[members][samples]: for each member the sum of the others, saturated to 16 bit."""
    others = says.sum(axis=0, dtype=np.int64) - says
    return _saturated(others)


def with_asides(says: NDArray[np.int16], speaks: NDArray[np.bool_], hears: NDArray[np.bool_]) -> NDArray[np.int16]:
    """As `conference`, where those who speak aside are heard only by those who hear asides."""
    heard = says.astype(np.int64)
    audible = ~speaks[np.newaxis, :] | hears[:, np.newaxis]  # [listener][speaker]
    np.fill_diagonal(audible, val=False)
    return _saturated(audible.astype(np.int64) @ heard)


def amplified(says: NDArray[np.int16], gain: int) -> NDArray[np.int16]:
    """Of one member; UNITY = 0 dB, rounded to the nearest."""
    return _saturated((says.astype(np.int64) * gain + UNITY // 2) // UNITY)


class Loudest:
    """What the members of a limited conference say, of their frames [members][samples] one after the other."""

    def __init__(self, members: int, most: int) -> None:
        self._most = most
        self._level = [0] * members
        self.chosen = [True] * members

    def frame(self, says: NDArray[np.int16]) -> NDArray[np.int16]:
        samples = says.shape[1]
        energy = ((says.astype(np.int64) // 8) ** 2).sum(axis=1) // samples
        self._level = [max(int(e), rest - rest * samples // 1024) for e, rest in zip(energy, self._level, strict=True)]
        scores = [level * (2 if heard else 1) for level, heard in zip(self._level, self.chosen, strict=True)]
        loudest = sorted(range(len(scores)), key=lambda member: (-scores[member], member))[: self._most]
        heard_now = [member in loudest for member in range(len(scores))]
        ramps = [_ramp(samples, was=was, now=now) for was, now in zip(self.chosen, heard_now, strict=True)]
        self.chosen = heard_now
        faded: NDArray[np.int16] = np.trunc(says * np.stack(ramps) / samples).astype(np.int16)
        return faded


def _ramp(samples: int, *, was: bool, now: bool) -> NDArray[np.float64]:
    i = np.arange(samples)
    ramp: NDArray[np.float64] = np.where(was, samples - 1 - i, 0) + np.where(now, i + 1, 0).astype(float)
    return ramp


def _saturated(sound: NDArray[np.int64]) -> NDArray[np.int16]:
    saturated: NDArray[np.int16] = np.clip(sound, -32768, 32767).astype(np.int16)
    return saturated
