"""What goes on in transit beside speech: an operator's keys both ways; meter indications end on the record."""

import asyncio
from dataclasses import replace

from tests.switch.at_rest import rest

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.codes import Backward, Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit
from kmcc.switch.circuit import CircuitState

WITH_OPERATOR = replace(LOCAL, line=LineRules(control=Control.CALLING, operator_signals=True))
METERED = replace(LOCAL, line=LineRules(metering=True))
TALKER = Subscriber("3192008", rings_s=0.5, talks_s=8.0)


def _far_end(rig: Rig, n: int) -> China1Circuit:
    """The exchange's end of our circuit on this channel."""
    circuit = rig.town.exchange.circuits[n - 1]
    assert circuit.state is CircuitState.BUSY
    return circuit


def test_an_operators_keys_go_on_both_ways(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(profile=WITH_OPERATOR), subscribers=[TALKER]) as rig:
            async with rig.caller() as caller:
                await caller.dial("3192008")
                await caller.answered()
                await asyncio.sleep(1.0)
                _far_end(rig, 1).ring_operator()  # the caller's operator: force release
                await asyncio.sleep(1.0)
                _far_end(rig, 21).ring_operator()  # the called end rings back
                await asyncio.sleep(1.0)
            await rest(rig)
            told = [
                (entry.fields["circuit"], entry.fields["what"]) for entry in rig.journal.of("circuit.operator_signal")
            ]
            assert told == [("in/1", "force release"), ("out/21", "ring back")]
            assert [entry.fields["onward"] for entry in rig.journal.of("call.operator")] == ["out/21", "in/1"]

    clock(main())


def test_a_key_that_the_other_circuit_does_not_have_ends_here(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(profile=WITH_OPERATOR), subscribers=[TALKER]) as rig:
            async with rig.caller() as caller:
                await caller.dial("3192008")  # rings: the called end has no key yet
                leg = next(iter(rig.calls.calls.values())).leg
                assert leg.on_operator is not None
                await caller.answered()
                await asyncio.sleep(1.0)
                caller.hang_up()
                await asyncio.sleep(2.0)
                leg.on_operator()
            await rest(rig)
            assert [entry.fields["onward"] for entry in rig.journal.of("call.operator")] == [None]

    clock(main())


def test_units_are_on_the_record_of_the_leg_that_cost_them(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(plant=Plant(profile=METERED), subscribers=[TALKER]) as rig:
            async with rig.caller() as caller:
                await caller.dial("3192008")
                await caller.answered()
                far, port = rig.town.far.engine, _far_end(rig, 21).port
                for _ in range(3):
                    await asyncio.sleep(1.0)
                    far.signal(port, METERED.backward[Backward.CLEAR_BACK])
                    await asyncio.sleep(0.1)
                    far.signal(port, METERED.backward[Backward.ANSWER])
                await asyncio.sleep(1.0)
            await rest(rig)
            assert [(record.leg, record.units) for record in sorted(rig.records, key=lambda one: one.leg)] == [
                (1, 0),
                (2, 3),
            ]

    clock(main())
