"""Circuits that cannot be used: blocking both ways, double seizure, no release guard (GB 3971.2-83, Q.422)."""

import asyncio
from dataclasses import replace

import pytest
from tests.switch.china1_ends import CLEAR_S, LI, REGISTER_S, SETTLE_S, Ends, idle, offered, talking

from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import Use
from kmcc.switch.circuit import (
    BlockingIndication,
    Cause,
    CircuitState,
    ReleaseIndication,
    SetupIndication,
    TrunkCircuit,
)
from kmcc.switch.errors import SwitchError

BLOCKED, UNBLOCKED = BlockingIndication(blocked=True), BlockingIndication(blocked=False)
USES = [(Use.OUTGOING, Use.INCOMING), (Use.BOTH, Use.BOTH)]


def test_a_circuit_is_a_trunk(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        assert isinstance(ends.out, TrunkCircuit)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize(("near", "far"), USES)
@pytest.mark.parametrize("who", ["out", "into"])
def test_blocking_is_told_and_taken_back(who: str, near: Use, far: Use, e1_pair: E1Pair, clock: Clock) -> None:
    """1111 backward; from an end that only seizes, 1111 forward."""

    async def main() -> None:
        ends = Ends(e1_pair, near, far)
        await idle(ends)
        ours = getattr(ends, who)
        told = ends.in_told if who == "out" else ends.out_told
        ours.block()
        await asyncio.sleep(0.2)
        assert ends.both_are(CircuitState.BLOCKED)
        assert told[-1] == BLOCKED
        with pytest.raises(SwitchError, match="blocked"):
            ends.out.setup("1000", LI)
        ours.unblock()
        await asyncio.sleep(0.2)
        assert ends.both_are(CircuitState.IDLE)
        assert told.count(BLOCKED) == told.count(UNBLOCKED) == 1
        ends.out.setup("1000", LI)
        await asyncio.sleep(REGISTER_S)
        assert SetupIndication("1000", LI) in ends.in_told
        assert ends.alarms() == []

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("who", ["out", "into"])
def test_blocking_in_a_call_waits_for_its_end(who: str, e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        ours = getattr(ends, who)
        ours.block()
        await asyncio.sleep(5.0)
        assert ends.both_are(CircuitState.BUSY)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert ends.both_are(CircuitState.BLOCKED)
        ours.unblock()
        await asyncio.sleep(SETTLE_S)
        assert ends.both_are(CircuitState.IDLE)

    clock(main(), e1_pair.frames)


def test_taken_back_before_the_call_has_ended(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await talking(ends)
        ends.into.block()
        ends.into.unblock()
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert ends.both_are(CircuitState.IDLE)
        assert BLOCKED not in ends.out_told

    clock(main(), e1_pair.frames)


def test_a_seizure_that_crosses_the_blocking_has_its_call(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await idle(ends)
        ends.out.setup("1000", LI)
        ends.into.block()
        await asyncio.sleep(REGISTER_S)
        assert SetupIndication("1000", LI) in ends.in_told
        ends.into.answer()
        await asyncio.sleep(1.0)
        ends.out.release(Cause.NORMAL)
        await asyncio.sleep(CLEAR_S)
        assert ends.both_are(CircuitState.BLOCKED)

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("apart_s", [0.0, 0.008, 0.02])
def test_a_double_seizure_is_held_and_cleared_by_both(apart_s: float, e1_pair: E1Pair, clock: Clock) -> None:
    """Q.422: seizure stays 100 ms at least; both calls fail here, the circuit is idle again and takes the next one."""

    async def main() -> None:
        ends = Ends(e1_pair, Use.BOTH, Use.BOTH)
        await idle(ends)
        began = asyncio.get_running_loop().time()
        ends.out.setup("1000", LI)
        await asyncio.sleep(apart_s)
        ends.into.setup("1000", LI)
        await asyncio.sleep(0.6)
        for told in (ends.out_told, ends.in_told):
            assert told.count(ReleaseIndication(Cause.DOUBLE_SEIZURE)) == 1
        cleared = [
            entry.at_s - began
            for entry in ends.journal.of("line.bits", way="out")
            if "clear forward" in str(entry.fields["what"])
        ]
        assert len(cleared) == 2
        assert min(cleared) >= 0.1
        assert ends.both_are(CircuitState.IDLE)
        ends.out.setup("1000", LI)
        await asyncio.sleep(REGISTER_S)
        assert ends.in_told[-1] == SetupIndication("1000", LI)
        assert ends.alarms() == ["double seizure"] * 2

    clock(main(), e1_pair.frames)


def test_a_far_end_that_gives_way_lets_the_call_go_on(e1_pair: E1Pair, clock: Clock) -> None:
    """It shows seizure for a moment and then acknowledges ours."""

    async def main() -> None:
        ends = Ends(e1_pair)
        await idle(ends)
        ends.out.setup("1000", LI)
        e1_pair.far.engine.signal(0, 0b0011)
        await asyncio.sleep(0.06)
        e1_pair.far.engine.signal(0, 0b1111)
        await asyncio.sleep(REGISTER_S)
        assert ReleaseIndication(Cause.DOUBLE_SEIZURE) not in ends.out_told
        assert SetupIndication("1000", LI) in ends.in_told

    clock(main(), e1_pair.frames)


@pytest.mark.parametrize("is_repeated", [False, True])
def test_no_release_guard_takes_the_circuit_out_of_service(is_repeated: bool, e1_pair: E1Pair, clock: Clock) -> None:
    """An alarm after `release_guard`; with repeated clear 10, 00, 10 is tried before the circuit stays out."""
    profile = replace(LOCAL, line=LineRules(repeated_clear=is_repeated))

    async def main() -> None:
        ends = Ends(e1_pair, profile=profile)
        await talking(ends)
        e1_pair.far.engine.signal(0, 0b0111)
        ends.out.release(Cause.NORMAL)
        for _ in range(12 * 50):
            await asyncio.sleep(0.02)
            e1_pair.far.engine.signal(0, 0b0111)  # the far end's relays are stuck
        assert ends.alarms() == ["no release guard after clear forward"]
        assert ends.out_is(CircuitState.BLOCKED)
        seizures = sum("0011" in bits for bits in ends.bits("out/1", "out"))
        assert seizures == (2 if is_repeated else 1)
        e1_pair.far.engine.signal(0, 0b1011)
        await asyncio.sleep(0.5)
        assert ends.out_is(CircuitState.IDLE)
        assert ends.out_told.count(BLOCKED) == ends.out_told.count(UNBLOCKED) == 1

    clock(main(), e1_pair.frames)


def test_no_clear_forward_is_an_alarm_and_its_coming_ends_it(e1_pair: E1Pair, clock: Clock) -> None:
    async def main() -> None:
        ends = Ends(e1_pair)
        await offered(ends)
        ends.into.release(Cause.BUSY)
        for _ in range(int(LOCAL.ms("await_clear") / 20) + 50):
            await asyncio.sleep(0.02)
            e1_pair.near.engine.signal(0, 0b0011)
        assert "no clear forward" in ends.alarms()
        assert ends.into_is(CircuitState.BLOCKED)
        e1_pair.near.engine.signal(0, 0b1011)
        await asyncio.sleep(CLEAR_S)
        assert ends.into_is(CircuitState.IDLE)

    clock(main(), e1_pair.frames)
