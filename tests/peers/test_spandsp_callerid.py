"""Our caller ID and that of libspandsp, both ways: Bell 202, V.23 and DTMF digits."""

import numpy as np
import pytest
from tests.dsp.test_fsk import octets
from tests.peers.spandsp import Samples
from tests.peers.spandsp_callerid import Adsi, SpandspCallerId, load_spandsp_callerid

from kmcc.dsp.callerid import Absence, Caller, CallTime
from kmcc.dsp.callerid_delivery import FskForm
from kmcc.dsp.callerid_dtmf import DtmfForm, DtmfReader
from kmcc.dsp.callerid_message import MessageType, Parameter, decode
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.fsk import Burst, FskBank, Standard
from kmcc.dsp.g711 import decode_alaw, encode_alaw

MS = 8
TIME = CallTime(8, 15, 10, 23)
CALLERS = [
    Caller("3190000", TIME),
    Caller("08713190000", TIME, "KUNMING"),
    Caller(Absence.PRIVATE, TIME),
    Caller("*57#1234567890", TIME, Absence.OUT_OF_AREA),
]
STANDARDS = [(Standard.BELL202, Adsi.CLASS), (Standard.V23, Adsi.CLIP)]


@pytest.fixture(scope="module")
def spandsp() -> SpandspCallerId:
    return load_spandsp_callerid()


def over_the_line(pcm: Samples) -> Samples:
    """A-law, with 100 ms of silence before and after."""
    return decode_alaw(encode_alaw(np.pad(pcm, 100 * MS)))


def fields(caller: Caller) -> list[tuple[int, bytes]]:
    """As the standards put it, not as our codec does."""
    number, name = caller.number, caller.name
    return [
        (0x01, str(caller.time).encode()),
        (0x04, number.value.encode()) if isinstance(number, Absence) else (0x02, str(number).encode()),
        *([(0x08, name.value.encode())] if isinstance(name, Absence) else []),
        *([(0x07, name.encode())] if isinstance(name, str) else []),
    ]


@pytest.mark.parametrize(("standard", "theirs"), STANDARDS)
@pytest.mark.parametrize("caller", CALLERS)
class TestFsk:
    def test_theirs_in_our_receiver(
        self, spandsp: SpandspCallerId, standard: Standard, theirs: Adsi, caller: Caller
    ) -> None:
        sent = over_the_line(spandsp.send(theirs, 0x80, fields(caller), 1200 * MS))
        heard = octets(FskBank(1, standard).feed(encode_alaw(sent)[np.newaxis]))
        message = decode(heard)
        assert message.caller == caller
        assert getattr(message, "parameters", None) == tuple(Parameter(*field) for field in fields(caller))

    def test_ours_in_their_receiver(
        self, spandsp: SpandspCallerId, standard: Standard, theirs: Adsi, caller: Caller
    ) -> None:
        sent = FskForm(Burst(standard)).render(caller)
        body = b"".join(bytes((kind, len(octets))) + octets for kind, octets in fields(caller))
        assert spandsp.hear(theirs, over_the_line(sent)) == [bytes((0x80, len(body))) + body]


@pytest.mark.parametrize(("standard", "theirs"), STANDARDS)
def test_single_data_both_ways(spandsp: SpandspCallerId, standard: Standard, theirs: Adsi) -> None:
    ours = FskForm(Burst(standard), MessageType.SINGLE).render(CALLERS[0])
    assert spandsp.hear(theirs, over_the_line(ours)) == [b"\x04\x0f081510233190000"]
    sent = over_the_line(spandsp.send(theirs, 0x04, [(0, b"081510233190000")], 1200 * MS))
    assert decode(octets(FskBank(1, standard).feed(encode_alaw(sent)[np.newaxis]))).caller == CALLERS[0]


@pytest.mark.parametrize(("start", "end"), ["AC", "DC", "A#"])
def test_digits_both_ways(spandsp: SpandspCallerId, start: str, end: str) -> None:
    form = DtmfForm(start, end, ends_heard=end)
    caller = Caller("08713190000")
    keyed = f"{start}08713190000{end}".encode()
    assert spandsp.hear(Adsi.CLIP_DTMF, over_the_line(form.render(caller))) == [keyed]
    sent = over_the_line(spandsp.send(Adsi.CLIP_DTMF, ord(end), [(ord(start), b"08713190000")], 2500 * MS))
    events = DtmfBank(1).feed(encode_alaw(sent)[np.newaxis])
    reader = DtmfReader(form)
    assert [reader.receive(chr(code)) for code in events["code"][events["kind"] == EventKind.DTMF_ON]][-1] == caller
