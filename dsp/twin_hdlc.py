"""Twin of csrc/hdlc_receive.c and csrc/hdlc_send.c: a bit at a time, with the line as a string of 0 and 1."""

from collections.abc import Iterator
from typing import Final

from kmcc.dsp.hdlc import Frame, Status

FLAG: Final = "01111110"
COUNTED: Final = 16


def line_bits(octets: bytes) -> str:
    """The order of the line: the highest bit first."""
    return "".join(f"{octet:08b}" for octet in octets)


def line_octets(bits: str) -> bytes:
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) // 8 * 8, 8))


def data_bits(octets: bytes) -> str:
    """The order of data: the lowest bit first."""
    return "".join(f"{octet:08b}"[::-1] for octet in octets)


def data_octets(bits: str) -> bytes:
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def fcs(octets: bytes) -> bytes:
    """Division by x^16 + x^12 + x^5 + 1, a bit at a time, from all ones, the rest inverted, low octet first."""
    rest = 0xFFFF
    for bit in data_bits(octets):
        rest = rest >> 1 ^ (0x8408 if (rest ^ int(bit)) & 1 else 0)
    return (rest ^ 0xFFFF).to_bytes(2, "little")


def framed(octets: bytes) -> str:
    """What lies between the flags: data and FCS with a zero after every five ones."""
    return data_bits(octets + fcs(octets)).replace("11111", "111110")


def sent(frames: list[bytes], *, flags: int = 1) -> str:
    """A flag, and after each frame so many of them."""
    return FLAG + "".join(framed(octets) + FLAG * flags for octets in frames)


class HdlcReceiverTwin:
    """One timeslot."""

    def __init__(self, slot: int = 0, *, shortest: int = 5, longest: int = 279, counting: bool = True) -> None:
        self._slot, self._shortest, self._longest, self._may_count = slot, shortest, longest, counting
        self._ones = 0
        self._between: str | None = None  # the bits since the last flag; None: there was none, or something is wrong
        self._counting = counting
        self._counted = 0
        self._at = 0

    def feed(self, line: bytes) -> list[Frame]:
        frames = []
        for octet in line:
            self._at += 1
            counting = self._counting
            for bit in f"{octet:08b}":
                frames += [Frame(self._slot, status, octets, self._at) for status, octets in self._bit(bit)]
            if counting and self._counting:
                self._counted += 1
                if self._counted == COUNTED:
                    self._counted = 0
                    frames.append(Frame(self._slot, Status.COUNTED, b"", self._at))
        return frames

    def _bit(self, bit: str) -> Iterator[tuple[Status, bytes]]:
        ones, self._ones = self._ones, self._ones + 1 if bit == "1" else 0
        if bit == "1" and ones == 6:
            yield from self._wrong(Status.ABORT)
        elif bit == "0" and ones == 6:
            yield from self._flag()
        elif ones < 5 and self._between is not None:
            self._between += bit
            if len(self._between) == 8 * (self._longest + 1):
                yield from self._wrong(Status.LONG)

    def _flag(self) -> Iterator[tuple[Status, bytes]]:
        bits, self._between = self._between, ""
        if bits is None or len(bits) <= 6:
            return
        octets = data_octets(bits[:-6])
        if (len(bits) - 6) % 8:
            yield from self._wrong(Status.UNEVEN)
        elif len(octets) < self._shortest:
            yield from self._wrong(Status.SHORT)
        elif octets[-2:] != fcs(octets[:-2]):
            yield from self._wrong(Status.BAD_FCS)
        else:
            self._counting = False
            yield Status.GOOD, octets[:-2]

    def _wrong(self, status: Status) -> Iterator[tuple[Status, bytes]]:
        if not self._counting:
            yield status, b""
        if status in {Status.LONG, Status.ABORT}:
            self._between = None
            if self._may_count and not self._counting:
                self._counting, self._counted = True, 0
