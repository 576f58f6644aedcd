"""A line written in English reads in Chinese as the ladder itself would have said it."""

import pytest
from tests.signaling.test_china1_trace import OUTGOING_CALL, SINGLE

from kmcc.signaling.china1.chinese import chinese, failure_in_chinese
from kmcc.signaling.china1.messages import (
    LineBits,
    SendBits,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
)
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.china1.words import FAILURE_ZH, KB

SIGNALS = (LineBits, SendBits, SendPulse, SendSignal, SignalOff, SignalOn)
LINES = [(english, zh) for item, english, zh in (*OUTGOING_CALL, *SINGLE) if isinstance(item, SIGNALS)]


@pytest.mark.parametrize(("english", "zh"), LINES)
def test_every_signal(english: str, zh: str) -> None:
    assert chinese(english) == zh


@pytest.mark.parametrize("kb", list(KB))
def test_a_term_within_a_term(kb: int) -> None:
    english, zh = KB[kb]
    assert chinese(f"KB {kb} {english}") == f"KB {kb} {zh}"


def test_what_is_no_term_stays() -> None:
    assert chinese("a house call of 1000 offers") == "a house call of 1000 offers"


@pytest.mark.parametrize("failure", list(Failure))
def test_failures(failure: Failure) -> None:
    assert failure_in_chinese(failure.value) == FAILURE_ZH[failure]
