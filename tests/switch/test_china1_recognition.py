"""What counts as a code: it has stood for 20 ms; what lies between two codes of one change does not (Q.422 2.3.2)."""

import asyncio

import pytest
from tests.switch.china1_ends import CLEAR_S, Ends, talking

from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.switch.circuit import Cause, CircuitState, ReleaseIndication, SuspendIndication

TICK_S = 0.008


@pytest.mark.parametrize("code", [0b1011, 0b1111, 0b0011, 0b0101])
@pytest.mark.parametrize("ticks", [1, 2])
def test_a_short_code_is_no_signal(code: int, ticks: int, e1_pair: E1Pair, clock: Clock) -> None:
    """8 and 16 ms of another code within the answer: the call goes on."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        for _ in range(5):
            e1_pair.far.engine.signal(0, code)
            await asyncio.sleep(ticks * TICK_S)
            e1_pair.far.engine.signal(0, 0b0111)
            await asyncio.sleep(0.1)
        assert not any(isinstance(told, ReleaseIndication | SuspendIndication) for told in ends.out_told)
        assert ends.alarms() == []
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert ends.both_are(CircuitState.IDLE)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("between", [0b0011, 0b0001, 0b1101, 0b0101])
def test_two_bits_of_one_change_may_be_skewed(between: int, e1_pair: E1Pair, clock: Clock) -> None:
    """Clear back and the release after it, each by way of a code that is neither."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        e1_pair.far.engine.signal(0, between)
        await asyncio.sleep(TICK_S)
        e1_pair.far.engine.signal(0, 0b1111)
        await asyncio.sleep(0.2)
        assert ends.alarms() == []
        assert ReleaseIndication(Cause.CALLED_HUNG_UP) in ends.out_told
        await asyncio.sleep(CLEAR_S)
        assert ends.both_are(CircuitState.IDLE)

    clock(main(), e1_pair.frames)


def test_a_code_counts_20_ms_after_it_has_come(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[float] = loop.create_future()
        ends.out.attach(lambda told: heard.set_result(loop.time()) if isinstance(told, ReleaseIndication) else None)
        began = loop.time()
        e1_pair.far.engine.signal(0, 0b1111)
        assert 0.02 <= await heard - began <= 0.02 + 4 * TICK_S  # the wire, and the multiframes of the code itself

    clock(main(), e1_pair.frames)
