"""Who calls, and how an exchange delivers it: times and numbers that cannot be, the deliveries as data."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dsp.test_fsk import octets

from kmcc.dsp.callerid import Absence, Caller, CallerIdError, CallTime
from kmcc.dsp.callerid_delivery import DELIVERIES, Delivery, FskForm, Moment
from kmcc.dsp.callerid_dtmf import DtmfForm, DtmfReader
from kmcc.dsp.callerid_message import Message, MessageReader
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.fsk import FskBank

CALLER = Caller("08713190000", CallTime(8, 15, 10, 23))


@pytest.mark.parametrize(
    "time", [(0, 1, 0, 0), (13, 1, 0, 0), (2, 30, 0, 0), (4, 31, 0, 0), (1, 1, 24, 0), (1, 1, 0, 60)]
)
def test_times_that_no_calendar_has(time: tuple[int, int, int, int]) -> None:
    with pytest.raises(CallerIdError, match="time"):
        CallTime(*time)


@pytest.mark.parametrize("digits", ["", "0815102", "081510233", "0815 023", "０８１５１０２３"])
def test_digits_that_are_no_time(digits: str) -> None:
    with pytest.raises(CallerIdError, match="MMDDHHMM"):
        CallTime.from_digits(digits)


@given(st.datetimes())
def test_a_time_is_its_digits(when: datetime) -> None:
    time = CallTime(when.month, when.day, when.hour, when.minute)
    assert str(time) == when.strftime("%m%d%H%M")
    assert CallTime.from_digits(str(time)) == time


@pytest.mark.parametrize("number", ["", "12a", "12 34", "1２"])
def test_numbers_that_cannot_be(number: str) -> None:
    with pytest.raises(CallerIdError, match="number"):
        Caller(number)


def test_a_name_is_text() -> None:
    with pytest.raises(CallerIdError, match="name"):
        Caller("1", name="\ud800")


def heard_by(delivery: Delivery, clip: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> Caller | None:
    """What a telephone makes of the clip."""
    if isinstance(delivery.form, FskForm):
        reader, message = MessageReader(), None
        for octet in octets(FskBank(1, delivery.form.burst.standard).feed(clip[np.newaxis])):
            message = message or reader.receive(octet)
        return _caller(message)
    digits = DtmfReader(delivery.form)
    events = DtmfBank(1).feed(clip[np.newaxis])
    callers = [digits.receive(chr(code)) for code in events["code"][events["kind"] == EventKind.DTMF_ON]]
    return callers[-1]


def _caller(message: Message | None) -> Caller | None:
    return None if message is None else message.caller


@pytest.mark.parametrize("name", DELIVERIES)
class TestDeliveries:
    def test_a_telephone_hears_the_number(self, name: str) -> None:
        delivery = DELIVERIES[name]
        heard = heard_by(delivery, np.frombuffer(delivery.clip(CALLER), np.uint8))
        assert heard is not None
        assert heard.number == CALLER.number
        assert heard.time in ({CALLER.time} if isinstance(delivery.form, FskForm) else {None})

    def test_the_pauses_are_silent(self, name: str) -> None:
        delivery = DELIVERIES[name]
        clip = delivery.clip(CALLER)
        before, after = delivery.before_ms * 8, delivery.after_ms * 8
        assert set(clip[:before]) == set(clip[len(clip) - after :]) == {0xD5}
        assert set(clip[before : len(clip) - after]) != {0xD5}

    def test_after_the_first_ring_the_data_end_200_ms_before_the_second(self, name: str) -> None:
        delivery = DELIVERIES[name]
        if delivery.moment is Moment.FIRST_RING:
            assert delivery.before_ms >= 500
            assert delivery.after_ms >= 200
            assert len(delivery.clip(Caller("0" * 20, CALLER.time, "名" * 10))) <= 4000 * 8


def test_a_withheld_number() -> None:
    withheld = Caller(Absence.PRIVATE, CALLER.time)
    for name in ("china", "china-single"):
        heard = heard_by(DELIVERIES[name], np.frombuffer(DELIVERIES[name].clip(withheld), np.uint8))
        assert heard == withheld
    delivery = Delivery(Moment.BEFORE_RING, DtmfForm(absent={Absence.PRIVATE: "000"}))
    heard = heard_by(delivery, np.frombuffer(delivery.clip(withheld), np.uint8))
    assert heard == Caller(Absence.PRIVATE)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(CallerIdError, match=r"pause before -1 ms"):
        Delivery(before_ms=-1)
    with pytest.raises(CallerIdError, match=r"pause after 10001 ms"):
        Delivery(after_ms=10_001)
    with pytest.raises(CallerIdError, match="alert"):
        Delivery(Moment.CONVERSATION)
    with pytest.raises(CallerIdError, match="alert"):
        Delivery(alert=DELIVERIES["china-waiting"].alert)
