"""HDLC on timeslots: receiver and twin on one class of tests, the sender beside its twin, any cut, any garbage."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.dsp.errors import SamplesError
from kmcc.dsp.hdlc import Frame, HdlcError, HdlcReceiver, HdlcSender, Octets, Status
from kmcc.dsp.twin_hdlc import FLAG, HdlcReceiverTwin, fcs, framed, line_bits, line_octets, sent

FISU = bytes((0xFF, 0xFF, 0x00))
MSU = bytes((0x81, 0x02, 0x0A, 0x85, *range(0xF8, 0x100), 0xFF))
HEARD = list[tuple[Status, bytes]]
frames_of_octets = st.lists(st.binary(min_size=3, max_size=60), max_size=8)


class One:
    """A receiver of one slot in C, with the twin's face."""

    def __init__(self, *, shortest: int = 5, longest: int = 279, counting: bool = True) -> None:
        self._receiver = HdlcReceiver(1, shortest=shortest, longest=longest, counting=counting)

    def feed(self, line: bytes) -> list[Frame]:
        return self._receiver.feed(np.frombuffer(line, np.uint8)[np.newaxis])


Maker = Callable[..., One | HdlcReceiverTwin]


def hear(receiver: One | HdlcReceiverTwin, bits: str) -> HEARD:
    """What the line brings, with idle flags to the octet's end and after it."""
    padded = bits + (FLAG * 8)[: 64 + -len(bits) % 8]
    return [(frame.status, frame.octets) for frame in receiver.feed(line_octets(padded))]


def in_parts(receiver: One | HdlcReceiverTwin, line: bytes, cuts: list[int]) -> list[Frame]:
    frames: list[Frame] = []
    at = 0
    for cut in [*sorted(cuts), len(line)]:
        if cut > at:
            frames += receiver.feed(line[at:cut])
            at = cut
    return frames


def test_the_check_value_of_the_fcs() -> None:
    assert fcs(b"123456789") == bytes.fromhex("6E90")  # CRC-16/X-25: 906EH, the low octet first


@pytest.mark.parametrize("make", [One, HdlcReceiverTwin], ids=["C", "twin"])
class TestReceiver:
    @pytest.mark.parametrize("phase", range(8))
    @pytest.mark.parametrize("flags", [1, 2, 5])
    def test_frames_at_any_place_of_the_octet(self, make: Maker, phase: int, flags: int) -> None:
        heard = hear(make(), "0" * phase + sent([FISU, MSU, FISU], flags=flags))
        assert heard == [(Status.GOOD, FISU), (Status.GOOD, MSU), (Status.GOOD, FISU)]

    def test_idle_flags_are_nothing(self, make: Maker) -> None:
        shared = "0111111" * 40 + "0"
        assert hear(make(counting=False), FLAG * 40 + framed(MSU) + FLAG * 40) == [(Status.GOOD, MSU)]
        assert hear(make(counting=False), shared + framed(MSU) + shared) == [(Status.GOOD, MSU)]

    def test_a_damaged_bit_is_never_a_good_frame(self, make: Maker) -> None:
        bits = framed(MSU)
        for place in range(len(bits)):
            damaged = bits[:place] + "10"[int(bits[place])] + bits[place + 1 :]
            heard = hear(make(counting=False), FLAG + damaged + FLAG)
            assert heard
            assert Status.GOOD not in {status for status, _ in heard}

    def test_bad_fcs(self, make: Maker) -> None:
        bits = (framed(FISU)[:20] + "10"[int(framed(FISU)[20])] + framed(FISU)[21:]).replace("111111", "111101")
        heard = hear(make(), sent([FISU]) + bits + sent([FISU]))
        assert heard == [(Status.GOOD, FISU), (Status.BAD_FCS, b""), (Status.GOOD, FISU)]

    @pytest.mark.parametrize(
        ("between", "status"),
        [("0" * 24, Status.SHORT), ("0" * 32, Status.SHORT), ("01" * 20 + "0", Status.UNEVEN), ("0", Status.UNEVEN)],
    )
    def test_too_short_and_uneven(self, make: Maker, between: str, status: Status) -> None:
        heard = hear(make(), sent([FISU]) + between + sent([MSU]))
        assert heard == [(Status.GOOD, FISU), (status, b""), (Status.GOOD, MSU)]

    def test_the_shortest_frame_is_a_setting(self, make: Maker) -> None:
        assert hear(make(shortest=3), sent([b"\x01"])) == [(Status.GOOD, b"\x01")]
        assert hear(make(shortest=4, counting=False), sent([b"\x01"])) == [(Status.SHORT, b"")]

    def test_the_longest_frame(self, make: Maker) -> None:
        longest, longer = bytes(range(256)) + bytes(21), bytes(range(256)) + bytes(22)
        assert hear(make(counting=False), sent([longest, longer, longest])) == [
            (Status.GOOD, longest),
            (Status.LONG, b""),
            (Status.GOOD, longest),
        ]

    def test_an_abort_ends_a_frame(self, make: Maker) -> None:
        bits = FLAG + framed(MSU)[:50].replace("11111", "11110") + "0" + "1" * 7
        heard = hear(make(counting=False), bits + "0" + sent([FISU]))
        assert heard == [(Status.ABORT, b""), (Status.GOOD, FISU)]

    def test_idle_marks_are_one_abort(self, make: Maker) -> None:
        assert hear(make(counting=False), sent([FISU]) + "1" * 999 + sent([FISU])) == [
            (Status.GOOD, FISU),
            (Status.ABORT, b""),
            (Status.GOOD, FISU),
        ]

    def test_six_marks_and_a_seventh_over_the_octets_end(self, make: Maker) -> None:
        for phase in range(8):
            bits = FLAG * 3 + "0" * phase + "1" * 7 + "0" + sent([FISU])
            assert hear(make(counting=False), bits)[-1] == (Status.GOOD, FISU)


@pytest.mark.parametrize("make", [One, HdlcReceiverTwin], ids=["C", "twin"])
class TestOctetCounting:
    """Q.703 4.1.4."""

    def test_every_16_octets_of_marks(self, make: Maker) -> None:
        receiver = make()
        good = line_octets(sent([FISU]) + "0" * (-len(sent([FISU])) % 8))
        assert [frame.status for frame in receiver.feed(good)] == [Status.GOOD]
        heard = receiver.feed(b"\xff" * 65)
        assert heard[0].status is Status.ABORT
        assert [frame.status for frame in heard[1:]] == [Status.COUNTED] * 4
        assert np.diff([frame.at for frame in heard]).tolist() == [16, 16, 16, 16]

    def test_from_the_beginning_until_the_first_good_frame(self, make: Maker) -> None:
        receiver = make()
        assert [frame.at for frame in receiver.feed(bytes(50))] == [16, 32, 48]
        assert hear(receiver, sent([FISU]) + FLAG * 40) == [(Status.GOOD, FISU)]

    def test_flags_alone_do_not_end_it(self, make: Maker) -> None:
        receiver = make()
        assert [frame.status for frame in receiver.feed(b"\x7e" * 160)] == [Status.COUNTED] * 10

    def test_after_too_long_a_frame(self, make: Maker) -> None:
        heard = hear(make(), sent([FISU]) + "01" * 4 * 400 + sent([MSU]))
        counted = (400 - 280 + len(framed(MSU)) // 8) // 16
        assert heard == [
            (Status.GOOD, FISU),
            (Status.LONG, b""),
            *[(Status.COUNTED, b"")] * counted,
            (Status.GOOD, MSU),
        ]

    def test_bad_frames_are_only_counted(self, make: Maker) -> None:
        receiver = make()
        bad = sent([FISU]).replace(framed(FISU)[-6:], "010101")
        assert set(hear(receiver, bad * 30)) == {(Status.COUNTED, b"")}
        assert hear(receiver, sent([FISU, MSU])) == [(Status.GOOD, FISU), (Status.GOOD, MSU)]


noise = st.one_of(
    st.binary(max_size=12).map(line_bits),
    st.integers(1, 40).map(lambda n: "1" * n),
    st.integers(1, 40).map(lambda n: "0" * n),
    st.integers(1, 12).map(lambda n: FLAG * n),
    st.integers(1, 12).map(lambda n: "0111111" * n),
    st.binary(min_size=1, max_size=20).map(framed),
    st.binary(min_size=1, max_size=20).map(lambda octets: FLAG + framed(octets) + FLAG),
)


@settings(deadline=None, max_examples=300)
@given(
    parts=st.lists(noise, max_size=25),
    cuts=st.lists(st.integers(0, 300), max_size=5),
    shortest=st.sampled_from([3, 5]),
    longest=st.sampled_from([5, 12, 279]),
    counting=st.booleans(),
)
def test_twin_and_kernel_agree_on_any_line(
    parts: list[str], cuts: list[int], shortest: int, longest: int, counting: bool
) -> None:
    line = line_octets("".join(parts) + "0" * 7)
    twin = HdlcReceiverTwin(shortest=shortest, longest=longest, counting=counting).feed(line)
    kernel = One(shortest=shortest, longest=longest, counting=counting)
    assert in_parts(kernel, line, [cut for cut in cuts if cut < len(line)])[: len(twin) + 1] == [
        Frame(frame.slot, frame.status, frame.octets, frame.at) for frame in twin
    ]


@settings(deadline=None, max_examples=100)
@given(
    sent_frames=st.lists(frames_of_octets, min_size=1, max_size=5),
    flags=st.integers(1, 3),
    shared_zero=st.booleans(),
    lengths=st.lists(st.integers(1, 70), min_size=1, max_size=6),
    as_e1=st.booleans(),
)
def test_what_is_sent_is_heard_under_any_segmentation(
    sent_frames: list[list[bytes]], flags: int, shared_zero: bool, lengths: list[int], as_e1: bool
) -> None:
    slots = len(sent_frames)
    sender = HdlcSender(slots, flags=flags, shared_zero=shared_zero)
    receiver = HdlcReceiver(slots, counting=False)
    for slot, frames in enumerate(sent_frames):
        assert all(sender.queue(slot, octets) for octets in frames)
    heard: list[list[bytes]] = [[] for _ in range(slots)]
    for n in range(200):
        samples = lengths[n % len(lengths)]
        line = np.zeros((samples, 32), np.uint8).T[:slots] if as_e1 else np.zeros((slots, samples), np.uint8)
        sender.transmit_into(line)
        for frame in receiver.feed(line):
            assert frame.status is Status.GOOD
            heard[frame.slot].append(frame.octets)
        if n > 20 and not any(sender.waiting(slot) for slot in range(slots)):
            break
    for frame in receiver.feed(sender.transmit(80)):
        heard[frame.slot].append(frame.octets)
    assert heard == sent_frames


class TestSender:
    @pytest.mark.parametrize("flags", [1, 2, 7])
    def test_bit_for_bit_as_the_twin(self, flags: int) -> None:
        sender = HdlcSender(1, flags=flags)
        frames = [FISU, MSU, bytes(40), b"\xff" * 30, bytes(range(200))]
        assert all(sender.queue(0, octets) for octets in frames)
        bits = sent(frames, flags=flags)
        assert line_bits(sender.transmit(len(bits) // 8 + 1).tobytes()).startswith(bits)

    def test_idle_flags_with_shared_zeros(self) -> None:
        bits = line_bits(HdlcSender(1, shared_zero=True).transmit(70).tobytes())
        assert bits == ("0" + "1111110" * 80)[: len(bits)]
        assert HdlcSender(1).transmit(9).tobytes() == b"\x7e" * 9

    def test_the_fill_is_sent_while_nothing_waits(self) -> None:
        sender = HdlcSender(2)
        sender.fill(1, FISU)
        frames = HdlcReceiver(2).feed(sender.transmit(100))
        assert {(frame.slot, frame.octets) for frame in frames if frame.status is Status.GOOD} == {(1, FISU)}
        assert line_bits(sender.transmit(6)[1].tobytes()) in line_bits(line_octets(sent([FISU] * 40)))
        sender.queue(1, MSU)
        other = bytes((0x80, 0xFF, 0x00))
        sender.fill(1, other)
        octets = [frame.octets for frame in HdlcReceiver(2, counting=False).feed(sender.transmit(200)) if frame.octets]
        assert octets[-1] == other
        assert octets.count(MSU) == 1
        assert set(octets) <= {FISU, MSU, other}
        sender.fill(1, b"")
        sender.transmit(100)
        assert HdlcReceiver(2, counting=False).feed(sender.transmit(50)) == []

    def test_an_abort_is_heard_as_one_and_what_follows_is_heard(self) -> None:
        sender, receiver = HdlcSender(1), HdlcReceiver(1, counting=False)
        for octets in (bytes(100), MSU):
            sender.queue(0, octets)
        assert receiver.feed(sender.transmit(20)) == []
        sender.abort(0)
        assert sender.waiting(0) == 0
        sender.queue(0, FISU)
        heard = receiver.feed(sender.transmit(20))
        assert [(frame.status, frame.octets) for frame in heard] == [(Status.ABORT, b""), (Status.GOOD, FISU)]
        sender.abort(0)  # between frames there is nothing to break off
        assert receiver.feed(sender.transmit(20)) == []

    def test_a_queue_takes_what_it_has_room_for(self) -> None:
        sender = HdlcSender(1, queue=64)
        taken = [sender.queue(0, bytes((n,)) * 14) for n in range(6)]
        assert taken == [True] * 4 + [False] * 2
        assert sender.waiting(0) == 64
        receiver = HdlcReceiver(1, counting=False)
        receiver.feed(sender.transmit(80))
        for n in range(40):  # round and round
            assert sender.queue(0, bytes((n,)) * 10)
            assert [frame.octets for frame in receiver.feed(sender.transmit(20))] == [bytes((n,)) * 10]


def test_restart_forgets_the_frame_under_way() -> None:
    sender, receiver = HdlcSender(1), HdlcReceiver(1)
    sender.queue(0, MSU)
    receiver.feed(sender.transmit(8))
    receiver.restart(0)
    assert receiver.feed(sender.transmit(15)) == []


class TestRefused:
    @pytest.mark.parametrize("slots", [0, 65_537])
    def test_slots(self, slots: int) -> None:
        with pytest.raises(HdlcError, match=r"slots .*: expected 1\.\.65536"):
            HdlcReceiver(slots)
        with pytest.raises(HdlcError, match="slots"):
            HdlcSender(slots)

    def test_limits(self) -> None:
        with pytest.raises(HdlcError, match=r"longest frame 4097: expected 3\.\.4096"):
            HdlcReceiver(1, longest=4097)
        with pytest.raises(HdlcError, match=r"shortest frame 6: expected 3\.\.5"):
            HdlcReceiver(1, shortest=6, longest=5)
        with pytest.raises(HdlcError, match="flags between frames 0"):
            HdlcSender(1, flags=0)
        with pytest.raises(HdlcError, match="octets of the queue 63"):
            HdlcSender(1, queue=63)

    def test_frames_and_slots_that_are_not_there(self) -> None:
        sender = HdlcSender(2)
        for refused in (lambda: sender.queue(2, FISU), lambda: sender.fill(-1, FISU), lambda: sender.abort(2)):
            with pytest.raises(HdlcError, match=r"slot .*: expected 0\.\.1"):
                refused()
        with pytest.raises(HdlcError, match="slot 2"):
            sender.waiting(2)
        with pytest.raises(HdlcError, match="slot 1"):
            HdlcReceiver(1).restart(1)
        with pytest.raises(HdlcError, match=r"octets of a frame 0: expected 1\.\.4094"):
            sender.queue(0, b"")
        with pytest.raises(HdlcError, match="octets of a frame 4095"):
            sender.queue(0, bytes(4095))
        with pytest.raises(HdlcError, match=r"octets of the fill 17: expected 0\.\.16"):
            sender.fill(0, bytes(17))
        with pytest.raises(HdlcError, match="samples -1"):
            sender.transmit(-1)

    @pytest.mark.parametrize(
        "line",
        [
            np.zeros((2, 8), np.uint8),
            np.zeros(8, np.uint8),
            np.zeros((1, 8), np.int8),
            np.zeros((1, 8), np.uint8)[:, ::-1],
        ],
    )
    def test_lines(self, line: Octets) -> None:
        with pytest.raises(SamplesError, match="HDLC line"):
            HdlcReceiver(1).feed(line)
        with pytest.raises(SamplesError, match="HDLC line"):
            HdlcSender(1).transmit_into(line)

    def test_a_line_that_cannot_be_written(self) -> None:
        line = np.zeros((1, 8), np.uint8)
        line.flags.writeable = False
        with pytest.raises(SamplesError, match="read-only"):
            HdlcSender(1).transmit_into(line)
