"""Caller ID as DTMF digits: the codes that exchanges use, and what belongs to no number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp.callerid import Absence, Caller, CallerIdError
from kmcc.dsp.callerid_dtmf import DtmfForm, DtmfReader
from kmcc.errors import DecodeError


def read(digits: str, form: DtmfForm | None = None) -> list[Caller | None]:
    reader = DtmfReader(form)
    return [reader.receive(digit) for digit in digits]


@pytest.mark.parametrize("start", ["D", "A", "B", "C", ""])
def test_any_start_code_or_none(start: str) -> None:
    heard = read(f"{start}3190000C")
    assert heard[:-1] == [None] * (len(heard) - 1)
    assert heard[-1] == Caller("3190000")


def test_two_numbers_in_a_row() -> None:
    assert [one for one in read("D110CD120C") if one] == [Caller("110"), Caller("120")]


def test_without_end_code_the_silence_ends_it() -> None:
    reader = DtmfReader()
    for digit in "D3190000":
        assert reader.receive(digit) is None
    assert reader.timed_out() == Caller("3190000")
    assert reader.timed_out() is None


@pytest.mark.parametrize("digits", ["D", "D1", "12"])
def test_a_fragment_is_no_number(digits: str) -> None:
    reader = DtmfReader()
    for digit in digits:
        reader.receive(digit)
    with pytest.raises(DecodeError, match=f"silence after '{digits.strip('D')}'"):
        reader.timed_out()
    assert reader.timed_out() is None


def test_no_digits_between_the_codes_is_an_absent_number() -> None:
    assert read("DC")[-1] == Caller(Absence.OUT_OF_AREA)
    form = DtmfForm(absent={Absence.PRIVATE: "0000000", Absence.OUT_OF_AREA: "9"})
    assert read("D0000000C", form)[-1] == Caller(Absence.PRIVATE)
    assert read("D9C", form)[-1] == Caller(Absence.OUT_OF_AREA)
    assert form.digits(Caller(Absence.PRIVATE)) == "D0000000C"


def test_codes_within_a_number_are_refused() -> None:
    reader = DtmfReader()
    for digit in "D31":
        reader.receive(digit)
    with pytest.raises(DecodeError, match="D after '31'"):
        reader.receive("D")
    assert [reader.receive(digit) for digit in "D110C"][-1] == Caller("110")


def test_a_number_without_end_is_refused() -> None:
    reader = DtmfReader()
    for _ in range(32):
        reader.receive("1")
    with pytest.raises(DecodeError):
        reader.receive("1")


def test_an_exchange_that_ends_with_a_hash() -> None:
    form = DtmfForm(start="A", end="#", starts_heard="A", ends_heard="#")
    assert form.digits(Caller("3190000")) == "A3190000#"
    assert read("A3190000#", form)[-1] == Caller("3190000")
    with pytest.raises(CallerIdError, match="without the codes"):
        form.digits(Caller("1#"))


@given(st.text("0123456789ABCD*#", max_size=60))
def test_any_digits_are_a_caller_or_a_decode_error(digits: str) -> None:
    reader = DtmfReader()
    for digit in digits:
        try:
            reader.receive(digit)
        except DecodeError:
            assert reader.timed_out() is None


@given(st.from_regex(r"[0-9*#]{1,32}", fullmatch=True))
def test_what_is_keyed_is_read(number: str) -> None:
    assert read(DtmfForm().digits(Caller(number)))[-1] == Caller(number)


@pytest.mark.parametrize("caller", [Caller(None), Caller("+86871"), Caller("1" * 33)])
def test_callers_that_cannot_be_keyed(caller: Caller) -> None:
    with pytest.raises(CallerIdError):
        DtmfForm().digits(caller)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(CallerIdError, match="start code"):
        DtmfForm(start="DD")
    with pytest.raises(CallerIdError, match="end code"):
        DtmfForm(end="E")
    with pytest.raises(CallerIdError, match="starts heard"):
        DtmfForm(starts_heard="X")
    with pytest.raises(CallerIdError, match="tone 39 ms"):
        DtmfForm(on_ms=39)
    with pytest.raises(CallerIdError, match="pause 1001 ms"):
        DtmfForm(off_ms=1001)
    with pytest.raises(CallerIdError, match="absent"):
        DtmfForm(absent={Absence.PRIVATE: "A"})
