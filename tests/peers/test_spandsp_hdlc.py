"""Our HDLC and that of libspandsp, both ways: the FCS, the stuffing and the bit order are not only ours."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.peers.spandsp_hdlc import SpandspHdlc, load_spandsp_hdlc

from kmcc.dsp.hdlc import HdlcReceiver, HdlcSender, Status

frames_of_octets = st.lists(st.binary(min_size=3, max_size=270), min_size=1, max_size=12)
unhurried = settings(
    deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def spandsp() -> SpandspHdlc:
    return load_spandsp_hdlc()


@unhurried
@given(frames=frames_of_octets, shared_zero=st.booleans(), flags=st.integers(1, 3))
def test_ours_in_their_receiver(spandsp: SpandspHdlc, frames: list[bytes], shared_zero: bool, flags: int) -> None:
    sender = HdlcSender(1, flags=flags, shared_zero=shared_zero, queue=8192)
    sender_line = [sender.transmit(5)]
    assert all(sender.queue(0, octets) for octets in frames)
    sender_line += [sender.transmit(5000)]
    assert spandsp.hear(np.hstack(sender_line).tobytes()) == [(True, octets) for octets in frames]


@unhurried
@given(frames=frames_of_octets, flags=st.integers(1, 3))
def test_theirs_in_our_receiver(spandsp: SpandspHdlc, frames: list[bytes], flags: int) -> None:
    line = np.frombuffer(spandsp.send(frames, flags=flags), np.uint8)
    heard = HdlcReceiver(1, counting=False).feed(line[np.newaxis])
    assert [(frame.status, frame.octets) for frame in heard] == [(Status.GOOD, octets) for octets in frames]


def test_a_check_value_that_both_have(spandsp: SpandspHdlc) -> None:
    """906EH for the digits 1 to 9, without any of our arithmetic: their line is what the published value says."""
    stuffed = "".join(f"{octet:08b}"[::-1] for octet in b"123456789\x6e\x90").replace("11111", "111110")
    theirs = "".join(f"{octet:08b}" for octet in spandsp.send([b"123456789"]))
    assert f"01111110{stuffed}01111110" in theirs
