"""A second thread is refused before any state is touched, by every bank that has a C state of its own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kmcc.dsp.agc import GainControls
from kmcc.dsp.dtmf import DtmfBank
from kmcc.dsp.echo import Echo, EchoCancellers
from kmcc.dsp.errors import BusyError
from kmcc.dsp.hdlc import HdlcReceiver, HdlcSender
from kmcc.dsp.level import Meters
from kmcc.dsp.turn import Turn

PORTS = 3
LINE = np.random.default_rng(7).integers(0, 256, (PORTS, 4000), np.uint8)

Use = Callable[[Any], Any]
USES: list[tuple[Callable[[], Any], list[Use]]] = [
    (lambda: DtmfBank(PORTS)._listener, [lambda bank: bank.feed(LINE)]),
    (
        lambda: EchoCancellers(PORTS),
        [
            lambda bank: bank.feed(LINE, LINE[:, ::-1]),
            lambda bank: bank.switch(0, Echo.OFF),
            lambda bank: bank.disable(1),
        ],
    ),
    (lambda: GainControls(PORTS), [lambda bank: bank.feed(LINE)]),
    (
        lambda: Meters(PORTS),
        [lambda bank: bank.feed(LINE).level(1), lambda bank: bank.restart(0), lambda bank: bank.level(0)],
    ),
    (lambda: HdlcReceiver(PORTS), [lambda bank: bank.feed(LINE), lambda bank: bank.restart(0)]),
    (
        lambda: HdlcSender(PORTS),
        [
            lambda bank: bank.transmit(100),
            lambda bank: bank.queue(0, b"abc"),
            lambda bank: bank.fill(0, b"abc"),
            lambda bank: bank.abort(0),
        ],
    ),
]


@pytest.mark.parametrize(("make", "uses"), USES, ids=["listener", "echo", "agc", "meter", "hdlc in", "hdlc out"])
def test_a_second_thread_is_refused_and_changes_nothing(make: Callable[[], Any], uses: list[Use]) -> None:
    bank, undisturbed = make(), make()
    with bank._turn:  # as another thread holds it
        for use in uses:
            with pytest.raises(BusyError, match="two threads"):
                use(bank)
    np.testing.assert_equal(uses[0](bank), uses[0](undisturbed))


def test_a_turn_ends_with_an_error_too() -> None:
    turn = Turn("bank")
    with pytest.raises(KeyError), turn:
        raise KeyError
    with turn, pytest.raises(BusyError, match="bank"):
        turn.__enter__()
