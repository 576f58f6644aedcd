"""A seat's telephone as a circuit: it rings, is lifted and put down in every order."""

import asyncio

import pytest
from tests.house.aftermath import assert_no_timer

from kmcc.firmware_sim.people.ears import Ears
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.analogue.wire import ToExchange
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    Indication,
    ReleaseIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.fxs_circuit import FxsCircuit

LI = CallingParty("3190001")
PUT_DOWN_S = 0.75  # longer than a flash


class Telephone:
    """Line 0 of the pair, with what its circuit tells."""

    def __init__(self, pair: E1Pair) -> None:
        self._far = pair.far
        self._line = pair.far.engine.line(0)
        self.journal = MemoryJournal()
        self.circuit = FxsCircuit("seat/801", pair.near.engine.line(0), pair.near, self.journal)
        self.told: list[Indication] = []
        self.circuit.attach(self.told.append)
        self.circuit.start()

    async def lift(self) -> None:
        self._far.engine.signal(self._line, ToExchange.OFF_HOOK)
        await asyncio.sleep(0.05)

    async def put_down(self) -> None:
        self._far.engine.signal(self._line, ToExchange.ON_HOOK)
        await asyncio.sleep(PUT_DOWN_S)

    async def hears(self, tone: str) -> bool:
        ears = Ears(self._far, self._line)
        heard = await ears.tone(tone, 3.0)
        ears.close()
        return heard


def _state(phone: Telephone) -> CircuitState:
    return phone.circuit.state


def test_a_call_rings_is_answered_and_put_down(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        phone.circuit.setup("801", LI)
        assert phone.told == [AlertingIndication()]
        await asyncio.sleep(7.0)
        await phone.lift()
        assert phone.told[1:] == [AnswerIndication()]
        assert _state(phone) is CircuitState.BUSY
        await phone.put_down()
        assert phone.told[2:] == [ReleaseIndication(Cause.CALLED_HUNG_UP), IdleIndication()]
        assert _state(phone) is CircuitState.IDLE
        assert_no_timer()

    clock(main(), e1_pair.frames)


def test_released_while_it_rings_it_is_idle_at_once_and_rings_no_more(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        for ringing_s in (0.0, 0.5, 3.0):  # at once, in the ring, in the pause
            phone.circuit.setup("801", LI)
            await asyncio.sleep(ringing_s)
            phone.circuit.release(Cause.NORMAL)
            assert phone.told[-1] == IdleIndication()
            assert_no_timer()
        phone.circuit.release(Cause.NORMAL)
        assert len(phone.told) == 6

    clock(main(), e1_pair.frames)


def test_released_in_talk_it_sends_busy_tone_until_it_is_put_down(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        phone.circuit.setup("801", LI)
        await asyncio.sleep(0.1)
        await phone.lift()
        phone.circuit.release(Cause.NORMAL)
        assert IdleIndication() not in phone.told
        assert await phone.hears("busy")
        assert _state(phone) is CircuitState.BUSY
        await phone.put_down()
        assert phone.told[-1] == IdleIndication()
        assert not await phone.hears("busy")

    clock(main(), e1_pair.frames)


def test_lifted_when_the_ringing_has_just_been_stopped_it_hears_busy_tone(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        phone.circuit.setup("801", LI)
        await asyncio.sleep(0.1)
        phone.circuit.release(Cause.NORMAL)
        await phone.lift()
        assert AnswerIndication() not in phone.told
        assert _state(phone) is CircuitState.BUSY
        assert await phone.hears("busy")
        await phone.put_down()
        assert _state(phone) is CircuitState.IDLE

    clock(main(), e1_pair.frames)


def test_lifted_without_a_call_it_tells_that_it_is_idle_again_when_it_is_put_down(
    e1_pair: E1Pair, clock: Clock
) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        await phone.lift()
        assert phone.told == []
        with pytest.raises(SwitchError, match="seat/801"):
            phone.circuit.setup("801", LI)
        assert await phone.hears("busy")
        await phone.put_down()
        assert phone.told == [IdleIndication()]
        phone.circuit.setup("801", LI)
        assert phone.told[-1] == AlertingIndication()

    clock(main(), e1_pair.frames)


def test_a_flash_is_no_hang_up(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        phone.circuit.setup("801", LI)
        await asyncio.sleep(0.1)
        await phone.lift()
        e1_pair.far.engine.signal(e1_pair.far.engine.line(0), ToExchange.ON_HOOK)
        await asyncio.sleep(0.3)
        await phone.lift()
        await asyncio.sleep(1.0)
        assert phone.told[-1] == AnswerIndication()

    clock(main(), e1_pair.frames)


def test_requests_that_do_not_fit_are_refused_and_change_nothing(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        phone = Telephone(e1_pair)
        for _ in ("idle", "ringing"):
            before = (phone.circuit.state, list(phone.told), len(phone.journal.entries))
            for request in (phone.circuit.alert, phone.circuit.answer):
                with pytest.raises(SwitchError, match="seat/801"):
                    request()
            if phone.circuit.state is CircuitState.BUSY:
                with pytest.raises(SwitchError, match="in use"):
                    phone.circuit.setup("801", LI)
            assert before == (phone.circuit.state, phone.told, len(phone.journal.entries))
            if phone.circuit.state is CircuitState.IDLE:
                phone.circuit.setup("801", LI)
        await asyncio.sleep(0.1)
        await phone.lift()
        assert phone.told[-1] == AnswerIndication()

    clock(main(), e1_pair.frames)
