"""Caller ID as DTMF digits: a start code, the number, an end code; no time and no check (China: YDN 069-1997).

Exchanges differ in the codes, so they are data. The receiver takes what any of them sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from kmcc.dsp.callerid import Absence, Caller, CallerIdError
from kmcc.dsp.tone import DTMF_DIGITS, SAMPLES_PER_MS, Samples, dtmf_tone, render
from kmcc.errors import DecodeError

DIGITS: Final = frozenset("0123456789*#")
TIMES_MS: Final = (40, 1000)  # a receiver of Q.24 needs 40 ms of tone and of pause
MOST_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class DtmfForm:
    """Codes and times of one exchange's form, and what its receiver takes besides.

    `absent` are the digits sent for a number that is withheld; those not named are sent as no digits at all.
    """

    start: str = "D"
    end: str = "C"
    starts_heard: str = "DABC"
    ends_heard: str = "C"
    on_ms: int = 70
    off_ms: int = 70
    longest_gap_ms: int = 500  # after it a number without an end code is taken as complete
    shortest_number: int = 3  # digits, when no end code was heard
    absent: Mapping[Absence, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for what, codes in (("start code", self.start), ("end code", self.end)):
            if len(codes) > 1 or not set(codes) <= set(DTMF_DIGITS):
                raise CallerIdError(what, repr(codes), f"none or one of {DTMF_DIGITS}")
        for what, codes in (("starts heard", self.starts_heard), ("ends heard", self.ends_heard)):
            if not set(codes) <= set(DTMF_DIGITS):
                raise CallerIdError(what, repr(codes), f"some of {DTMF_DIGITS}")
        for what, value in (("tone", self.on_ms), ("pause", self.off_ms)):
            if not TIMES_MS[0] <= value <= TIMES_MS[1]:
                raise CallerIdError(what, f"{value} ms", f"{TIMES_MS[0]}..{TIMES_MS[1]} ms")
        if any(not set(digits) <= DIGITS for digits in self.absent.values()):
            raise CallerIdError("digits for an absent number", dict(self.absent), "digits * #")

    def digits(self, caller: Caller) -> str:
        """All that is keyed for this caller."""
        number = caller.number
        if number is None:
            raise CallerIdError("DTMF form", caller, "a number or why it is absent")
        keyed = self.absent.get(number, "") if isinstance(number, Absence) else number
        if len(keyed) > MOST_DIGITS or not DIGITS.issuperset(keyed) or set(keyed) & {self.start, self.end}:
            raise CallerIdError("number", repr(keyed), f"up to {MOST_DIGITS} of 0-9 * #, without the codes")
        return self.start + keyed + self.end

    def render(self, caller: Caller) -> Samples:
        """The tones, each with the pause after it, 8000 samples a second, 16 bit linear."""
        samples = (self.on_ms + self.off_ms) * SAMPLES_PER_MS
        return np.concatenate(
            [render(dtmf_tone(digit, self.on_ms, self.off_ms), samples) for digit in self.digits(caller)]
        )


class DtmfReader:
    """Puts the digits of DTMF_ON events together: `receive` each, `timed_out` when none came for longest_gap_ms."""

    def __init__(self, form: DtmfForm | None = None) -> None:
        self.form: Final = form or DtmfForm()
        self._started = False
        self._number = ""

    def receive(self, digit: str) -> Caller | None:
        """The caller, once the end code is there; DecodeError for what belongs to no number. Either begins anew."""
        if not self._started and not self._number and digit in self.form.starts_heard:
            self._started = True
        elif digit in self.form.ends_heard:
            return self._caller(self._begin_anew())
        elif digit in DIGITS and len(self._number) < MOST_DIGITS:
            self._number += digit
        else:
            number = self._begin_anew()
            raise DecodeError("caller ID by DTMF", f"{digit} after {number!r}", f"0-9 * # or {self.form.ends_heard}")
        return None

    def timed_out(self) -> Caller | None:
        """No more digits: the number without an end code, None when there were no digits at all."""
        started, number = self._started, self._begin_anew()
        if not started and not number:
            return None
        if len(number) < self.form.shortest_number:
            raise DecodeError("caller ID by DTMF", f"silence after {number!r}", "a number or an end code")
        return self._caller(number)

    def _begin_anew(self) -> str:
        number, self._number, self._started = self._number, "", False
        return number

    def _caller(self, number: str) -> Caller:
        for absence, digits in self.form.absent.items():
            if number == digits:
                return Caller(absence)
        return Caller(number or Absence.OUT_OF_AREA)
