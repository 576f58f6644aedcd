"""Caller ID messages as octets: vectors both ways, every truncation, garbage, octets that come one by one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kmcc.dsp.callerid import Absence, Caller, CallerIdError, CallTime
from kmcc.dsp.callerid_message import (
    Message,
    MessageReader,
    MultipleMessage,
    Parameter,
    SingleMessage,
    decode,
)
from kmcc.errors import DecodeError

TIME = CallTime(8, 15, 10, 23)
VECTORS: list[tuple[str, Caller]] = [
    ("04 0F 30 38 31 35 31 30 32 33 33 31 39 30 30 30 30 FC", Caller("3190000", TIME)),
    ("80 13 01 08 30 38 31 35 31 30 32 33 02 07 33 31 39 30 30 30 30 6A", Caller("3190000", TIME)),
    (
        "80 17 01 08 30 38 31 35 31 30 32 33 02 0B 30 38 37 31 33 31 39 30 30 30 30 92",
        Caller("08713190000", TIME),
    ),
    ("80 0D 01 08 30 38 31 35 31 30 32 33 04 01 50 81", Caller(Absence.PRIVATE, TIME)),
    ("80 09 02 01 31 07 04 CD F5 CC A8 02", Caller("1", None, "王台")),
    ("80 03 08 01 4F 25", Caller(None, None, Absence.OUT_OF_AREA)),
    ("04 09 30 38 31 35 31 30 32 33 50 0F", Caller(Absence.PRIVATE, TIME)),
]


def with_checksum(octets: bytes) -> bytes:
    return octets + bytes((-sum(octets) % 256,))


@pytest.mark.parametrize(("octets", "caller"), VECTORS)
class TestVectors:
    def test_decoded(self, octets: str, caller: Caller) -> None:
        assert decode(bytes.fromhex(octets)).caller == caller

    def test_encoded(self, octets: str, caller: Caller) -> None:
        kind = SingleMessage if octets.startswith("04") else MultipleMessage
        assert kind.of(caller).encode() == bytes.fromhex(octets)

    def test_every_shorter_run_is_refused(self, octets: str, caller: Caller) -> None:
        whole = bytes.fromhex(octets)
        for length in range(len(whole)):
            with pytest.raises(DecodeError):
                decode(whole[:length])
        with pytest.raises(DecodeError):
            decode(whole + b"\0")

    def test_every_changed_bit_is_refused(self, octets: str, caller: Caller) -> None:
        whole = bytes.fromhex(octets)
        for place in range(len(whole) * 8):
            damaged = bytearray(whole)
            damaged[place // 8] ^= 1 << place % 8
            with pytest.raises(DecodeError):
                decode(bytes(damaged))


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("06 01 31", "message type: found 06H"),
        ("80 01 01", "parameter: found 1 octets from place 0"),
        ("80 04 02 03 31 32", "parameter: found 4 octets from place 0"),
        ("80 05 02 01 31 07 01", "parameter: found 2 octets from place 3"),
        ("04 07 30 38 31 35 31 30 32", "single data: found 0815102"),
        ("04 08 30 38 31 35 31 30 32 33", "single data"),
        ("04 09 31 33 31 35 31 30 32 33 31", "single data"),
        ("04 09 30 38 31 35 31 30 32 33 51", "single data"),
    ],
)
def test_messages_that_are_none(octets: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        decode(with_checksum(bytes.fromhex(octets)))


def test_a_wrong_checksum_names_the_right_one() -> None:
    with pytest.raises(DecodeError, match="checksum: found 00H, expected FCH"):
        decode(bytes.fromhex("04 0F 30 38 31 35 31 30 32 33 33 31 39 30 30 30 30 00"))


def test_unknown_parameters_and_odd_ones_are_kept_and_say_nothing() -> None:
    parameters = (
        Parameter(0x30, b"\x00\xff"),
        Parameter(0x01, b"00000000"),
        Parameter(0x02, b"12 34"),
        Parameter(0x04, b"?"),
        Parameter(0x02, b""),
    )
    message = MultipleMessage(parameters)
    assert decode(message.encode()) == message
    assert message.caller == Caller(None)


def test_an_absence_beside_the_number_takes_nothing_back() -> None:
    both = MultipleMessage(
        (Parameter(0x02, b"110"), Parameter(0x04, b"P"), Parameter(0x07, b"A"), Parameter(0x08, b"P"))
    )
    assert both.caller == Caller("110", None, "A")


@given(st.lists(st.builds(Parameter, st.integers(0, 255), st.binary(max_size=20)), max_size=10))
def test_any_parameters_come_back_as_they_were(parameters: list[Parameter]) -> None:
    message = MultipleMessage(tuple(parameters))
    assert decode(message.encode()) == message


@given(st.binary(max_size=300))
@example(b"\x80\x00\x80")
def test_garbage_is_a_message_or_a_decode_error(octets: bytes) -> None:
    for tried in (octets, with_checksum(octets[:1] + bytes((max(len(octets) - 2, 0) % 256,)) + octets[2:])):
        try:
            message = decode(tried)
        except DecodeError:
            continue
        assert message.encode() == tried
        assert isinstance(message.caller, Caller)


def test_what_cannot_be_sent() -> None:
    with pytest.raises(CallerIdError, match=r"data of 256 octets: expected up to 255"):
        MultipleMessage((Parameter(7, bytes(254)),)).encode()
    with pytest.raises(CallerIdError, match="parameter"):
        Parameter(256, b"")
    with pytest.raises(CallerIdError, match="parameter"):
        Parameter(1, bytes(256))
    with pytest.raises(CallerIdError, match="number"):
        SingleMessage(TIME, "")
    with pytest.raises(CallerIdError, match="single data"):
        SingleMessage.of(Caller("1"))
    with pytest.raises(CallerIdError, match="single data"):
        SingleMessage.of(Caller(None, TIME))


class TestReader:
    def test_one_by_one(self) -> None:
        reader = MessageReader()
        for octets, caller in VECTORS:
            messages: list[Message | None] = [reader.receive(octet) for octet in bytes.fromhex(octets)]
            assert messages[:-1] == [None] * (len(messages) - 1)
            assert messages[-1] is not None
            assert messages[-1].caller == caller
        reader.end()

    def test_damage_is_told_once_and_the_next_message_is_heard(self) -> None:
        reader, octets = MessageReader(), bytes.fromhex(VECTORS[0][0])
        for octet in octets[:-1]:
            assert reader.receive(octet) is None
        with pytest.raises(DecodeError, match="checksum"):
            reader.receive(octets[-1] ^ 1)
        assert [reader.receive(octet) for octet in octets][-1] == decode(octets)

    def test_cut_off(self) -> None:
        reader = MessageReader()
        reader.receive(0x80)
        with pytest.raises(DecodeError, match="the carrier's end after 1 octets"):
            reader.end()
        reader.end()
