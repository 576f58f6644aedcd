"""E1 frames and CAS multiframe: G.704 for the bits, G.706 and G.732 for the alarms, Q.422 2.3.2 for persistence."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.dsp import twin_e1
from kmcc.dsp.e1 import AlarmChange, SignalChange, SpanError, SpanReceiver, SpanSender
from kmcc.dsp.engine_event import SpanAlarm

MULTIFRAME = 16  # frames, 2 ms
SILENCE = [b"\xd5" * MULTIFRAME] * 30
BLOCKED = [0b1111] * 30
GOOD = SpanAlarm.NONE


def frames(nibbles: list[int] = BLOCKED, *, count: int = 1, remote: bool = False, multiframe: bool = False) -> bytes:
    """So many multiframes of silence, from the twin."""
    return twin_e1.build(SILENCE, nibbles, remote=remote, multiframe=multiframe) * count


def aligned(*, persist_ms: int = 20) -> SpanReceiver:
    """A receiver that has its alignments and has reported every channel's 1111."""
    receiver = SpanReceiver(persist_ms=persist_ms)
    receiver.take(b"\xff" * 32 + frames(count=1 + persist_ms // 2))
    assert receiver.alarms is GOOD
    assert receiver.nibble(30) == 0b1111
    return receiver


def with_octets(block: bytes, timeslot: int, octets: dict[int, int]) -> bytes:
    """The block with other octets in these frames' timeslot."""
    changed = bytearray(block)
    for frame, octet in octets.items():
        changed[frame * 32 + timeslot] = octet
    return bytes(changed)


# --- the sender -------------------------------------------------------------------------


def test_the_words_of_timeslot_0_and_16() -> None:
    built = SpanSender().build(SILENCE)
    assert twin_e1.timeslot(built, 0) == bytes([0x9B, 0xDF] * 8)
    assert twin_e1.timeslot(built, 16) == bytes([0x0B] + [0xFF] * 15)


def test_alarm_bits() -> None:
    sender = SpanSender()
    sender.alarm(remote=True, multiframe=True)
    built = sender.build(SILENCE)
    assert twin_e1.timeslot(built, 0) == bytes([0x9B, 0xFF] * 8)
    assert twin_e1.timeslot(built, 16)[0] == 0x0F


def test_channel_17_travels_in_timeslot_18_and_in_the_low_nibble_of_frame_2() -> None:
    sender = SpanSender()
    sender.signal(17, 0b1010)
    sender.signal(2, 0b0001)
    speech = list(SILENCE)
    speech[17 - 1] = bytes(range(MULTIFRAME))
    built = sender.build(speech)
    assert twin_e1.timeslot(built, 18) == bytes(range(MULTIFRAME))
    assert twin_e1.timeslot(built, 16)[2] == 0b0001_1010


SPEECH = st.integers(1, 48).flatmap(
    lambda samples: st.binary(min_size=30 * samples, max_size=30 * samples).map(
        lambda octets: [octets[n * samples : (n + 1) * samples] for n in range(30)]
    )
)
NIBBLES = st.tuples(*[st.integers(1 if n < 15 else 0, 15) for n in range(30)]).map(list)


@settings(deadline=None)
@given(speech=SPEECH, nibbles=NIBBLES, remote=st.booleans(), multiframe=st.booleans(), cut=st.integers(0, 48))
def test_sender_and_twin_agree_and_the_receiver_gives_it_back(
    speech: list[bytes], nibbles: list[int], remote: bool, multiframe: bool, cut: int
) -> None:
    sender = SpanSender()
    sender.alarm(remote=remote, multiframe=multiframe)
    for channel, nibble in enumerate(nibbles, start=1):
        sender.signal(channel, nibble)
    built = sender.build([row[:cut] for row in speech]) + sender.build([row[cut:] for row in speech])
    assert built == twin_e1.build(speech, nibbles, remote=remote, multiframe=multiframe)
    assert SpanReceiver().take(built).speech == tuple(speech) == twin_e1.speech_of(built)


@pytest.mark.parametrize(
    ("channel", "nibble"), [(1, 0), (15, 0), (1, 16), (16, -1), (30, 16), (0, 1), (31, 1)], ids=str
)
def test_a_nibble_that_cannot_be_sent(channel: int, nibble: int) -> None:
    with pytest.raises(SpanError, match="expected"):
        SpanSender().signal(channel, nibble)


def test_blocks_that_cannot_be() -> None:
    with pytest.raises(SpanError, match="expected 30 of equal length"):
        SpanSender().build([b"\xd5"] * 29)
    with pytest.raises(SpanError, match="expected 30 of equal length"):
        SpanSender().build([b"\xd5"] * 29 + [b""])
    with pytest.raises(SpanError, match="a multiple of 32"):
        SpanReceiver().take(bytes(33))
    with pytest.raises(SpanError, match=r"0\.\.1000"):
        SpanReceiver(persist_ms=1001)


# --- alignment of frames ------------------------------------------------------------------


@pytest.mark.parametrize("skipped", range(16))
def test_alignment_is_found_wherever_the_board_begins(skipped: int) -> None:
    receiver = SpanReceiver()
    assert receiver.alarms == SpanAlarm.LOF | SpanAlarm.LOMF
    block = receiver.take(b"\xff" * 32 + frames(count=2)[skipped * 32 :])
    even = 1 + skipped % 2  # frame of the block that first carries the alignment word
    word = 1 + (16 - skipped) % 16
    alarms = [change for change in block.changes if isinstance(change, AlarmChange)]
    assert alarms[-1].alarms is GOOD
    assert next(a.offset for a in alarms if not a.alarms & SpanAlarm.LOF) == even + 3  # FAS, NFAS, FAS
    assert next(a.offset for a in alarms if not a.alarms & SpanAlarm.LOMF) == word + 1


def test_two_wrong_words_are_borne_and_the_third_is_loss() -> None:
    receiver = aligned()
    wrong = {0: 0x9A, 2: 0x00}
    assert receiver.take(with_octets(frames(), 0, wrong)).changes == ()
    wrong = {2: 0x1A, 4: 0x9A, 6: 0xFF}
    changes = receiver.take(with_octets(frames(), 0, wrong)).changes
    assert changes == (AlarmChange(7, SpanAlarm.LOF), AlarmChange(8 + 3, GOOD))


def test_an_odd_frame_without_its_mark_does_not_bring_alignment() -> None:
    receiver = SpanReceiver()
    imitation = with_octets(frames(), 0, dict.fromkeys(range(16), 0x9B))
    receiver.take(imitation)
    assert receiver.alarms & SpanAlarm.LOF


def test_all_ones_is_loss_of_both() -> None:
    receiver = aligned()
    changes = receiver.take(b"\xff" * 32 * 48).changes
    ais = SpanAlarm.LOF | SpanAlarm.AIS
    assert changes == (AlarmChange(5, SpanAlarm.LOF), AlarmChange(8, ais), AlarmChange(17, ais | SpanAlarm.LOMF))
    assert receiver.alarms == SpanAlarm.LOF | SpanAlarm.LOMF | SpanAlarm.AIS


@pytest.mark.parametrize(("zeros", "is_ais"), [(0, True), (1, True), (2, True), (3, False)])
def test_two_zeros_in_two_frames_are_still_an_ais(zeros: int, is_ais: bool) -> None:
    """G.775 for 2048 kbit/s: two or fewer in each of two double frames."""
    receiver = SpanReceiver()
    pair = bytearray(b"\xff" * 64)
    for n in range(zeros):
        pair[21 * n] ^= 1 << n
    receiver.take(bytes(pair))
    assert not receiver.alarms & SpanAlarm.AIS
    receiver.take(bytes(pair))
    assert bool(receiver.alarms & SpanAlarm.AIS) == is_ais


def test_an_ais_ends_with_two_other_pairs_of_frames_or_with_the_alignment() -> None:
    receiver = SpanReceiver()
    receiver.take(b"\xff" * 64 * 2)
    receiver.take(b"\xd5" * 64)
    assert receiver.alarms & SpanAlarm.AIS
    receiver.take(b"\xd5" * 64)
    assert not receiver.alarms & SpanAlarm.AIS
    receiver.take(b"\xff" * 64 * 2)
    assert receiver.alarms & SpanAlarm.AIS
    changes = receiver.take(frames()).changes
    assert changes == (AlarmChange(1, SpanAlarm.LOF | SpanAlarm.AIS), AlarmChange(3, GOOD))


# --- alignment of multiframes -------------------------------------------------------------


def test_one_wrong_multiframe_word_is_borne_and_two_are_loss() -> None:
    receiver = aligned()
    assert receiver.take(with_octets(frames(), 16, {0: 0x1B})).changes == ()
    assert receiver.take(frames()).changes == ()
    wrong = with_octets(frames(count=2), 16, {0: 0x1B, 16: 0xFB})
    assert receiver.take(wrong).changes == (AlarmChange(17, SpanAlarm.LOMF),)
    assert receiver.take(frames()).changes == (AlarmChange(1, GOOD),)


def test_a_word_after_zeros_does_not_bring_alignment() -> None:
    receiver = SpanReceiver()
    receiver.take(with_octets(frames(), 16, dict.fromkeys(range(16), 0)) + with_octets(frames(), 16, {0: 0x0B}))
    assert receiver.alarms == SpanAlarm.LOMF
    receiver.take(frames())
    assert receiver.alarms is GOOD


def test_a_dead_timeslot_16_is_loss() -> None:
    receiver = aligned()
    dead = with_octets(frames(count=3), 16, dict.fromkeys(range(48), 0))
    assert receiver.take(dead).changes == (AlarmChange(33, SpanAlarm.LOMF),)


# --- alarms from the far end ----------------------------------------------------------------


def test_remote_alarm_counts_when_it_comes_twice() -> None:
    receiver = aligned()
    assert receiver.take(with_octets(frames(), 0, {5: 0xFF})).changes == ()
    assert receiver.take(frames(remote=True)).changes == (AlarmChange(4, SpanAlarm.RAI),)
    assert receiver.take(frames()).changes == (AlarmChange(4, GOOD),)


def test_remote_multiframe_alarm_counts_when_it_comes_twice() -> None:
    receiver = aligned()
    assert receiver.take(frames(multiframe=True) + frames()).changes == ()
    assert receiver.take(frames(multiframe=True, count=2)).changes == (AlarmChange(17, SpanAlarm.RMA),)
    assert receiver.take(frames(count=2)).changes == (AlarmChange(17, GOOD),)


@pytest.mark.parametrize(("timeslot", "loss"), [(0, SpanAlarm.LOF), (16, SpanAlarm.LOMF)])
def test_what_the_far_end_said_of_itself_is_not_known_after_a_loss(timeslot: int, loss: SpanAlarm) -> None:
    receiver = aligned()
    receiver.take(frames(remote=True, multiframe=True, count=2))
    assert receiver.alarms == SpanAlarm.RAI | SpanAlarm.RMA
    lost = frames(remote=True, multiframe=True, count=3)
    receiver.take(with_octets(lost, timeslot, dict.fromkeys(range(48), 0x55)))
    assert receiver.alarms == loss | (SpanAlarm.RMA if timeslot == 0 else SpanAlarm.RAI)


# --- nibbles ----------------------------------------------------------------------------------


def changed(channel: int, nibble: int) -> list[int]:
    nibbles = list(BLOCKED)
    nibbles[channel - 1] = nibble
    return nibbles


ALL_NIBBLES = [(c, n) for c in range(1, 31) for n in range(15) if n or c > 15]


def test_every_nibble_of_every_channel_arrives_alone() -> None:
    receiver = aligned(persist_ms=2)
    for channel, nibble in ALL_NIBBLES:
        frame = (channel - 1) % 15 + 1
        changes = receiver.take(frames(changed(channel, nibble))).changes
        assert changes == (SignalChange(frame + 1, channel, nibble),)
        assert receiver.nibble(channel) == nibble
        receiver.take(frames())


@pytest.mark.parametrize(("standing_ms", "is_reported"), [(2, False), (10, False), (18, False), (20, True)])
def test_persistence(standing_ms: int, is_reported: bool) -> None:
    receiver = aligned(persist_ms=20)
    changes = receiver.take(frames(changed(7, 0b0011), count=standing_ms // 2)).changes
    assert [change for change in changes if isinstance(change, SignalChange)] == (
        [SignalChange(9 * MULTIFRAME + 8, 7, 0b0011)] if is_reported else []
    )
    later = receiver.take(frames(count=10)).changes
    assert len(later) == (1 if is_reported else 0)


def test_only_equal_nibbles_count() -> None:
    receiver = aligned(persist_ms=20)
    flutter = (frames(changed(7, 0b0011), count=9) + frames(changed(7, 0b0111))) * 3
    assert receiver.take(flutter).changes == ()


@pytest.mark.parametrize("timeslot", [0, 16])
def test_after_a_loss_persistence_begins_anew(timeslot: int) -> None:
    receiver = aligned(persist_ms=20)
    receiver.take(frames(changed(7, 0b0011), count=9))
    receiver.take(with_octets(frames(changed(7, 0b0011), count=3), timeslot, dict.fromkeys(range(48), 0x55)))
    assert receiver.alarms != GOOD
    receiver.take(frames(changed(7, 0b0011), count=9))
    assert receiver.nibble(7) == 0b1111
    receiver.take(frames(changed(7, 0b0011), count=2))
    assert receiver.nibble(7) == 0b0011


def test_nothing_is_known_at_the_beginning() -> None:
    receiver = SpanReceiver(persist_ms=20)
    assert receiver.nibble(1) is None
    receiver.take(b"\xff" * 32 + frames(count=9))
    assert receiver.nibble(1) is None
    # frame 1 of the first multiframe came before frame alignment: channels 2 and 17 are the first with ten in a row
    assert receiver.take(frames()).changes[:2] == (SignalChange(3, 2, 0b1111), SignalChange(3, 17, 0b1111))


@pytest.mark.parametrize("timeslot", [0, 16])
def test_nibbles_freeze_while_alignment_is_lost(timeslot: int) -> None:
    receiver = aligned(persist_ms=4)
    count = 12
    lost = with_octets(frames(changed(3, 0b1001), count=count), timeslot, dict.fromkeys(range(count * 16), 0x55))
    kinds = {type(change) for change in receiver.take(lost).changes}
    assert kinds == {AlarmChange}
    assert receiver.alarms != GOOD
    assert receiver.nibble(3) == 0b1111
    changes = receiver.take(frames(changed(3, 0b1001), count=4)).changes
    assert [change.nibble for change in changes if isinstance(change, SignalChange)] == [0b1001]


@settings(deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_any_frames_in_any_pieces_give_the_same(noise: list[bytes], cuts: list[int]) -> None:
    octets = frames() + b"".join(noise) + frames(count=2)
    whole, pieces = SpanReceiver(persist_ms=2), SpanReceiver(persist_ms=2)
    expected = [(change, 0) for change in whole.take(octets).changes]
    got = []
    edges = sorted({0, *(min(cut * 32, len(octets)) for cut in cuts), len(octets)})
    for begin, end in pairwise(edges):
        got += [(change, begin // 32) for change in pieces.take(octets[begin:end]).changes]
    assert [(type(c), c.offset + begin) for c, begin in got] == [(type(c), c.offset) for c, _ in expected]
    assert pieces.alarms == whole.alarms
