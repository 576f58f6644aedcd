"""E1 frames with CAS in a few lines of Python, written from G.704 2.3.2 and 5.1.3.2; twin of csrc/e1.c for tests."""

from collections.abc import Iterator, Sequence

FAS = 0b1001_1011  # Si = 1, then 0011011


def timeslot_0(frame: int, *, remote: bool) -> int:
    """Even frames: the alignment word; odd frames: Si 1 A 11111."""
    if frame % 2 == 0:
        return FAS
    return 0b1111_1111 if remote else 0b1101_1111


def timeslot_16(frame: int, nibbles: Sequence[int], *, multiframe: bool) -> int:
    """Frame 0: 0000 1y11; frame n: abcd of channel n, abcd of channel n + 15."""
    n = frame % 16
    if n == 0:
        return 0b0000_1111 if multiframe else 0b0000_1011
    return nibbles[n - 1] << 4 | nibbles[n + 15 - 1]


def build(
    speech: Sequence[bytes], nibbles: Sequence[int], *, first: int = 0, remote: bool = False, multiframe: bool = False
) -> bytes:
    """Frames from number `first` of the multiframe on; speech and nibbles of channel 1..30."""

    def frames() -> Iterator[bytes]:
        for n, octets in enumerate(zip(*speech, strict=True), start=first):
            yield bytes((timeslot_0(n, remote=remote), *octets[:15]))
            yield bytes((timeslot_16(n, nibbles, multiframe=multiframe), *octets[15:]))

    return b"".join(frames())


def timeslot(frames: bytes, number: int) -> bytes:
    """The octets of one timeslot."""
    return frames[number::32]


def speech_of(frames: bytes) -> tuple[bytes, ...]:
    """Channel 1..15 are timeslots 1..15, channel 16..30 are timeslots 17..31."""
    return tuple(timeslot(frames, n) for n in range(1, 32) if n != 16)
