"""Milestones of a leg: each is reached once, the first end counts, and the circuit goes on to its next owner."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import run_virtual
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    IdleIndication,
    Indication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.fxs_circuit import FxsCircuit
from kmcc.switch.leg import Leg, first_of
from kmcc.switch.media import Media

LINE = 0
MEDIA = Media(Engine(lines=1))
SETUP = SetupIndication("1000", CallingParty("3190001", 1))


def phone(pair: E1Pair) -> FxsCircuit:
    return FxsCircuit("seat/801", pair.near.engine.line(0), pair.near, MemoryJournal())


def test_each_indication_reaches_its_milestone(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        leg = Leg(phone(e1_pair))
        for indication in (SETUP, ThroughIndication(), AlertingIndication(), AnswerIndication()):
            leg.hear(indication)
        assert leg.setup.result() is SETUP
        assert leg.through.done()
        assert leg.alerting.done()
        assert leg.answered.done()
        assert not leg.ended.done()
        leg.hear(ReleaseIndication(Cause.BUSY))
        assert leg.ended.result() is Cause.BUSY
        assert leg.ended_by_far_side
        assert not leg.idle.done()
        leg.hear(IdleIndication())
        assert leg.idle.done()

    clock(main(), e1_pair.frames)


def test_idle_without_a_release_is_a_failure_of_the_signalling(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        leg = Leg(phone(e1_pair))
        leg.hear(IdleIndication())
        assert leg.ended.result() is Cause.SIGNALLING_FAILURE
        assert not leg.ended_by_far_side

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("far_first", [True, False])
def test_the_first_end_counts(far_first: bool, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        leg = Leg(phone(e1_pair))
        if far_first:
            leg.hear(ReleaseIndication(Cause.CALLER_HUNG_UP))
        leg.release(Cause.NORMAL)
        leg.hear(ReleaseIndication(Cause.CALLER_HUNG_UP))
        leg.release(Cause.SHUTDOWN)
        assert leg.ended.result() is (Cause.CALLER_HUNG_UP if far_first else Cause.NORMAL)
        assert leg.ended_by_far_side is far_first

    clock(main(), e1_pair.frames)


INDICATIONS = st.sampled_from(
    [
        SETUP,
        ThroughIndication(),
        AlertingIndication(),
        AnswerIndication(),
        ReleaseIndication(Cause.BUSY),
        ReleaseIndication(Cause.NORMAL),
        IdleIndication(),
        SeizureIndication(),
    ]
)


@given(st.lists(INDICATIONS, max_size=12))
def test_whatever_a_circuit_tells_no_milestone_is_reached_twice(indications: list[Indication]) -> None:
    async def main() -> None:
        leg = Leg(FxsCircuit("seat/801", LINE, MEDIA, MemoryJournal()))
        for indication in indications:
            leg.hear(indication)
        ends = [one for one in indications if isinstance(one, ReleaseIndication | IdleIndication)]
        assert leg.ended.done() is bool(ends)
        if ends:
            first = ends[0]
            wanted = first.cause if isinstance(first, ReleaseIndication) else Cause.SIGNALLING_FAILURE
            assert leg.ended.result() is wanted

    run_virtual(main())


def test_the_next_owner_hears_the_circuit_from_the_moment_it_is_idle(e1_pair: E1Pair, clock: Clock) -> None:
    """A seizure may follow in the same step: it must not be told to the leg that is over."""

    async def main() -> None:
        circuit = phone(e1_pair)
        after: list[Indication] = []
        leg = Leg(circuit, then=after.append)
        circuit.setup("801", CallingParty())
        assert leg.alerting.done()
        assert after == []
        leg.release(Cause.NORMAL)
        assert leg.idle.done()
        circuit.setup("801", CallingParty())
        assert after == [AlertingIndication()]

    clock(main(), e1_pair.frames)


def test_first_of_tells_whether_the_time_ran_out(clock: Clock) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        never, soon = loop.create_future(), loop.create_future()
        loop.call_later(1.0, soon.set_result, None)
        assert await first_of(never, soon, timeout_s=0.5) is False
        assert await first_of(never, soon, timeout_s=5.0) is True
        assert loop.time() == 1.0
        assert await first_of(soon) is True

    clock(main())


def test_wait_ended(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        leg = Leg(phone(e1_pair))
        assert await leg.wait_ended(1.0) is False
        leg.release(Cause.NORMAL)
        assert await leg.wait_ended(1.0) is True

    clock(main(), e1_pair.frames)
