"""Routes with overflow, over real signalling, and what the groups on them count."""

import asyncio

import pytest
from tests.switch.at_rest import TALKER
from tests.switch.test_trunks import echoes

from kmcc.firmware_sim.people.caller import NotConnectedError
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.switch.circuit import Cause
from kmcc.switch.numbering import NumberRow
from kmcc.switch.routes import RouteError, Routes
from kmcc.switch.trunks import Direction, Search, TrunkGroup

TWO_WAYS = Plant(
    numbers=(NumberRow("3", 7, 7, "onward", "local"),),
    out_channels=range(21, 23),
    second_channels=range(23, 25),
    routes={"onward": ("out", "second")},
)


def _group(name: str, direction: Direction = Direction.OUT) -> TrunkGroup:
    return TrunkGroup(name, echoes(2), direction, Search.LOWEST)


GROUPS = {"a": _group("a"), "b": _group("b", Direction.BOTH), "in": _group("in", Direction.IN)}


def test_a_groups_own_name_is_a_route() -> None:
    routes = Routes(GROUPS, {"ab": ("b", "a")})
    assert [group.name for group in routes.of("a")] == ["a"]
    assert [group.name for group in routes.of("ab")] == ["b", "a"]
    assert routes.of("desk") == ()


@pytest.mark.parametrize(
    ("name", "members", "why"),
    [
        ("a", ("b",), "a trunk group has this name"),
        ("r", (), "no trunk group"),
        ("r", ("a", "b", "a"), "a twice"),
        ("r", ("a", "in"), "in, expected trunk groups with direction out or both"),
        ("r", ("nowhere",), "nowhere"),
    ],
)
def test_routes_that_no_call_could_take(name: str, members: tuple[str, ...], why: str) -> None:
    with pytest.raises(RouteError, match=f"route {name}: {why}"):
        Routes(GROUPS, {name: members})


async def _talk(rig: Rig, n: int) -> Cause:
    async with rig.caller(f"319000{n}", channels=[n]) as caller:
        try:
            await caller.dial("3192008")
        except NotConnectedError as refused:
            return refused.cause
        await caller.answered()
        return await caller.released()


def test_calls_overflow_to_the_next_group_and_the_last_hears_congestion(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=TWO_WAYS, subscribers=[TALKER]) as rig:
            causes = await asyncio.gather(*(_talk(rig, n) for n in range(1, 6)))
            assert sorted(cause.words for cause in causes) == ["busy"] + ["called hung up"] * 4  # KB4 of a local call
            assert sum(record.cause is Cause.CONGESTION for record in rig.records) == 1
            await asyncio.sleep(3.0)
            out, second = rig.groups["out"].traffic, rig.groups["second"].traffic
            assert (out.seized_out, out.answered_out, out.overflowed) == (2, 2, 3)
            assert (second.seized_out, second.answered_out, second.overflowed) == (2, 2, 1)
            assert out.answer_seizure_ratio == 1.0
            incoming = rig.groups["in"].traffic
            assert (incoming.seized_in, incoming.answered_in, incoming.answer_seizure_ratio) == (5, 4, None)
            legs = [record for record in rig.records if record.circuit.startswith("out/")]
            held_s = sum((record.released_at - record.offered_at).total_seconds() for record in legs)
            assert held_s <= out.usage_s <= held_s + 2 * 1.0  # the far end clears within a second

    clock(main())


def test_blocked_circuits_are_passed_over(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=TWO_WAYS, subscribers=[TALKER]) as rig:
            for circuit in rig.groups["out"].circuits:
                rig.groups["out"].block(circuit.name)
            await asyncio.sleep(1.0)
            assert rig.groups["out"].withdrawn == {"out/21", "out/22"}
            assert await _talk(rig, 1) is Cause.CALLED_HUNG_UP
            assert [record.circuit for record in rig.records if record.leg == 2] == ["second/23"]
            for circuit in rig.groups["out"].circuits:
                rig.groups["out"].unblock(circuit.name)
            await asyncio.sleep(1.0)
            assert await _talk(rig, 1) is Cause.CALLED_HUNG_UP
            assert [record.circuit for record in rig.records if record.leg == 2] == ["second/23", "out/21"]

    clock(main())


def test_a_group_that_is_out_of_service_is_an_alarm_once(sim: Sim, clock: Clock) -> None:
    """The far exchange blocks its ends one after the other, and gives one back."""

    async def main() -> None:
        async with sim(plant=TWO_WAYS) as rig:
            ends = [rig.town.exchange.circuits[n - 1] for n in (21, 22)]
            for end in ends:
                assert not rig.journal.of("alarm.trunk_group_out")
                end.block()
                await asyncio.sleep(1.0)
            assert len(rig.journal.of("alarm.trunk_group_out", group="out")) == 1
            for end in ends:
                end.unblock()
                await asyncio.sleep(1.0)
            assert len(rig.journal.of("trunk_group.in_service", group="out")) == 1

    clock(main())
