"""Caller ID as FSK messages: one piece of data (type 04H) or several parameters (80H), YD/T 1277.1 and GR-30-CORE.

A message is its type, the length of what follows, the data, and a checksum that makes the sum of all octets 0 mod 256.
Parameters keep their order, and those that we do not know their octets, so that encode() undoes decode().
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Final, Self

from kmcc.dsp.callerid import Absence, Caller, CallerIdError, CallTime, check_number
from kmcc.errors import DecodeError

MOST_OCTETS: Final = 255
CHARSET: Final = "gb18030"  # of names: GB 2312 grown up; ASCII is the same in it


class MessageType(Enum):
    SINGLE = 0x04
    MULTIPLE = 0x80


class ParameterType(Enum):
    TIME = 0x01
    NUMBER = 0x02
    NUMBER_ABSENT = 0x04
    NAME = 0x07
    NAME_ABSENT = 0x08


@dataclass(frozen=True, slots=True)
class Parameter:
    """One octet of type, one of length, the octets; any type, known or not."""

    type: int
    octets: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.type <= 0xFF or len(self.octets) > MOST_OCTETS:
            raise CallerIdError("parameter", f"{self.type} of {len(self.octets)} octets", "type and length 0..255")

    def encode(self) -> bytes:
        return bytes((self.type, len(self.octets))) + self.octets


@dataclass(frozen=True, slots=True)
class SingleMessage:
    """Type 04H: MMDDHHMM, then the number or the letter of its absence."""

    TYPE: ClassVar[MessageType] = MessageType.SINGLE
    time: CallTime
    number: str | Absence

    def __post_init__(self) -> None:
        if isinstance(self.number, str):
            check_number(self.number)

    @classmethod
    def of(cls, caller: Caller) -> Self:
        if caller.time is None or caller.number is None:
            raise CallerIdError("single data", caller, "a time, and a number or why it is absent")
        return cls(caller.time, caller.number)

    @property
    def caller(self) -> Caller:
        return Caller(self.number, self.time)

    @classmethod
    def decode_data(cls, data: bytes) -> Self:
        text = data.decode("latin-1")
        try:
            time, rest = CallTime.from_digits(text[:8]), text[8:]
            return cls(time, Absence(rest) if rest in {"P", "O"} else rest)
        except CallerIdError as error:
            raise DecodeError("caller ID, single data", text, "MMDDHHMM and a number, P or O") from error

    def encode(self) -> bytes:
        number = self.number.value if isinstance(self.number, Absence) else self.number
        return _frame(self.TYPE, f"{self.time}{number}".encode())


@dataclass(frozen=True, slots=True)
class MultipleMessage:
    """Type 80H: parameters one after the other."""

    TYPE: ClassVar[MessageType] = MessageType.MULTIPLE
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Time, number and name in the order of the reference, as far as they are known."""
        stated = (
            (ParameterType.TIME, None if caller.time is None else str(caller.time)),
            (ParameterType.NUMBER, caller.number),
            (ParameterType.NAME, caller.name),
        )
        return cls(tuple(_parameter(kind, value) for kind, value in stated if value is not None))

    @property
    def caller(self) -> Caller:
        """What the parameters say; one whose octets do not fit its type says nothing."""
        caller = Caller(None)
        for parameter in self.parameters:
            with suppress(ValueError, CallerIdError):
                caller = _told(caller, parameter)
        return caller

    @classmethod
    def decode_data(cls, data: bytes) -> Self:
        parameters: list[Parameter] = []
        at = 0
        while at < len(data):
            body = data[at + 2 : at + 2 + data[at + 1]] if at + 1 < len(data) else b""
            if at + 1 == len(data) or len(body) != data[at + 1]:
                found = f"{len(data) - at} octets from place {at} of the data"
                raise DecodeError("caller ID, parameter", found, "its type, its length and as many octets")
            parameters.append(Parameter(data[at], body))
            at += 2 + len(body)
        return cls(tuple(parameters))

    def encode(self) -> bytes:
        return _frame(self.TYPE, b"".join(parameter.encode() for parameter in self.parameters))


Message = SingleMessage | MultipleMessage


def _parameter(kind: ParameterType, value: str | Absence) -> Parameter:
    if isinstance(value, Absence):
        absent = {ParameterType.NUMBER: ParameterType.NUMBER_ABSENT, ParameterType.NAME: ParameterType.NAME_ABSENT}
        return Parameter(absent[kind].value, value.value.encode())
    return Parameter(kind.value, value.encode(CHARSET))


def _told(caller: Caller, parameter: Parameter) -> Caller:
    """What is known with this parameter; an absence does not take back what was told."""
    text = parameter.octets.decode("latin-1")
    match ParameterType(parameter.type):
        case ParameterType.TIME:
            return replace(caller, time=CallTime.from_digits(text))
        case ParameterType.NUMBER:
            return replace(caller, number=text)
        case ParameterType.NUMBER_ABSENT:
            return replace(caller, number=caller.number or Absence(text))
        case ParameterType.NAME:
            return replace(caller, name=parameter.octets.decode(CHARSET, "replace"))
        case ParameterType.NAME_ABSENT:
            return replace(caller, name=caller.name or Absence(text))


def _frame(kind: MessageType, data: bytes) -> bytes:
    if len(data) > MOST_OCTETS:
        raise CallerIdError("data", f"of {len(data)} octets", f"up to {MOST_OCTETS}")
    octets = bytes((kind.value, len(data))) + data
    return octets + bytes((-sum(octets) & 0xFF,))


def decode(octets: bytes) -> Message:
    """The message that these octets are, from the type to the checksum; DecodeError when they are none."""
    if len(octets) < 3 or len(octets) != octets[1] + 3:
        raise DecodeError("caller ID", f"{len(octets)} octets", "type, length, so many octets, checksum")
    if sum(octets) & 0xFF:
        raise DecodeError("caller ID, checksum", f"{octets[-1]:02X}H", f"{-sum(octets[:-1]) & 0xFF:02X}H")
    data = octets[2:-1]
    if octets[0] == MessageType.SINGLE.value:
        return SingleMessage.decode_data(data)
    if octets[0] == MessageType.MULTIPLE.value:
        return MultipleMessage.decode_data(data)
    raise DecodeError("caller ID, message type", f"{octets[0]:02X}H", "04H or 80H")


class MessageReader:
    """Puts the octets of FSK_OCTET events together; a message is complete when its length says so."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def receive(self, octet: int) -> Message | None:
        """The message that this octet completes, or DecodeError; either begins anew.

        A damaged stop bit does not damage its octet: the checksum decides."""
        self._octets.append(octet)
        if len(self._octets) < 2 or len(self._octets) < self._octets[1] + 3:
            return None
        octets = bytes(self._octets)
        self._octets.clear()
        return decode(octets)

    def end(self) -> None:
        """The carrier came or went: DecodeError if a message was cut off."""
        cut, self._octets = len(self._octets), bytearray()
        if cut:
            raise DecodeError("caller ID", f"the carrier's end after {cut} octets", "the rest of the message")
