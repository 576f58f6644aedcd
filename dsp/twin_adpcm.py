"""Twin of csrc/adpcm.c: both decoders by their formulas."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

VOX_STEPS: Final = tuple(int(16 * 1.1**n) for n in range(49))
# IMA's table is the same series begun at 7, with its roundings; the printed table counts.
IMA_STEPS: Final = (
    *(7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107),
    *(118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876),
    *(963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358),
    *(5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086),
    *(29794, 32767),
)
Law = tuple[tuple[int, ...], int, Callable[[int, int], int]]  # steps, highest sample, difference of a step
CHANGE: Final = (-1, -1, -1, -1, 2, 4, 6, 8)


def decode_vox(octets: bytes) -> npt.NDArray[np.int16]:
    codes = [code for octet in octets for code in (octet >> 4, octet & 15)]
    return np.array([16 * value for value in _values(codes, (VOX_STEPS, 2047, vox_difference), 0, 0)], np.int16)


def decode_ima(octets: bytes, value: int, step: int) -> npt.NDArray[np.int16]:
    """What follows the head of a block of one channel."""
    codes = [code for octet in octets for code in (octet & 15, octet >> 4)]
    return np.array(list(_values(codes, (IMA_STEPS, 32767, ima_difference), value, step)), np.int16)


def vox_difference(step: int, size: int) -> int:
    return step * (2 * size + 1) // 8


def ima_difference(step: int, size: int) -> int:
    return step // 8 + sum(part for bit, part in ((4, step), (2, step // 2), (1, step // 4)) if size & bit)


def _values(codes: list[int], law: Law, value: int, row: int) -> Iterator[int]:
    steps, highest, difference_of = law
    for code in codes:
        difference = difference_of(steps[row], code & 7)
        value = max(-highest - 1, min(highest, value - difference if code & 8 else value + difference))
        row = max(0, min(len(steps) - 1, row + CHANGE[code & 7]))
        yield value
