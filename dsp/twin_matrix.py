"""What a conference sends its members, in a few lines of numpy; twin of csrc/matrix.c for tests."""

import numpy as np
from numpy.typing import NDArray


def conference(says: NDArray[np.int16]) -> NDArray[np.int16]:
    """[members][samples]: for each member the sum of the others, saturated to 16 bit."""
    others = says.sum(axis=0, dtype=np.int64) - says
    saturated: NDArray[np.int16] = np.clip(others, -32768, 32767).astype(np.int16)
    return saturated
