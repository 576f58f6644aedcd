"""Dialling tones on many ports at once, Q.23 and Q.24 (csrc/dtmf.c)."""

from enum import IntEnum
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from kmcc.dsp._core import lib
from kmcc.dsp.bank import check_port
from kmcc.dsp.engine_event import Detect
from kmcc.dsp.errors import ModeError
from kmcc.dsp.listener import ListenerBank


class DtmfMode(IntEnum):
    """What a port shall stand."""

    NORMAL = lib.DTMF_NORMAL  # the limits of Q.24
    DIAL_TONE = lib.DTMF_DIAL_TONE  # 450 Hz as loud as each tone of the digit
    IN_SPEECH = lib.DTMF_IN_SPEECH  # keys over an announcement; speech imitates a digit more often, too


class DtmfBank(ListenerBank):
    """EventKind.DTMF_ON: code the digit, a and b the levels of low and high tone in 0.01 dBm0.
    EventKind.DTMF_OFF: a how many samples it lasted, b how many samples ago it ended."""

    DETECTOR: ClassVar[Detect] = Detect.DTMF

    def set_mode(self, port: int, mode: DtmfMode) -> None:
        """From the next look on; kept while the port is switched off and on. ModeError when there is no such mode."""
        check_port(port, self.ports)
        if mode not in set(DtmfMode):
            raise ModeError(mode, tuple(known.name for known in DtmfMode))
        with self._listener.alone() as state:
            lib.dtmf_set_mode(state, port, mode)

    def suspects(self) -> npt.NDArray[np.bool_]:
        """Ports that may be hearing a digit, long before it is certain: for muting keyed secrets in time."""
        groups = -(-self.ports // lib.DTMF_GROUP)
        with self._listener.alone() as state:
            masks = np.array([lib.dtmf_suspects(state, group) for group in range(groups)], "<u4")
        bits = np.unpackbits(masks.view(np.uint8), bitorder="little")
        return bits[: self.ports].astype(bool)
