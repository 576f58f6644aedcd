"""Crowds: scenarios that are refused, arrivals that keep their rate, callers of every kind before a small switch."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kmcc.firmware_sim.crowd.arrivals import arrivals, factor_at
from kmcc.firmware_sim.crowd.crowd import Crowd
from kmcc.firmware_sim.crowd.scenario import Curve, Plant, Scenario
from kmcc.firmware_sim.crowd.tally import Outcome, StreamTally, Tally
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Rig
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause, CircuitState
from kmcc.switch.prompts import PromptError


def scenario(*streams: dict[str, Any], minutes: float = 0.5, **rest: Any) -> Scenario:
    plain = [{"name": f"stream {n}", "called": "1000", "per_second": 0.2, **one} for n, one in enumerate(streams)]
    whole = {"title": "a test", "minutes": minutes, "plant": {"spans_in": 1}, "streams": plain, **rest}
    return Scenario.model_validate(_frozen(whole))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    return {key: _frozen(one) for key, one in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"press": "1", "hear": ["welcome"]},
        {"press": "1", "patience_s": 3.0},
        {"press": "1,2"},
        {"hear": []},
        {"think_s": -1.0},
        {"dance": True},
    ],
)
def test_a_step_is_one_thing(step: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        scenario({"steps": [step]})


@pytest.mark.parametrize("points", [[], [(1.0, 1.0), (0.5, 1.0)], [(0.0, 0.0)], [(0.0, -1.0)]])
def test_a_curve_runs_up(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValidationError):
        scenario({}, curves={"day": {"points": points}})


def test_misfits_name_their_place() -> None:
    found = list(scenario({"name": "a", "curve": "day"}, {"name": "a", "is_transferred": True}).misfits())
    places = [("streams", 0, "curve"), ("streams", 1, "name"), ("streams", 1, "is_transferred")]
    assert [misfit.place for misfit in found] == places


def test_calls_that_were_served_elsewhere_come_by_the_last_spans() -> None:
    plant = Plant(spans_in=3, spans_transferred=1)
    assert plant.circuits_for(transferred=False) == range(60)
    assert plant.circuits_for(transferred=True) == range(60, 90)
    with pytest.raises(ValidationError, match="below spans_in"):
        Plant(spans_in=1, spans_transferred=1)


def test_a_curve_is_straight_between_its_points() -> None:
    curve = Curve(points=((1.0, 0.5), (3.0, 1.5)))
    assert [factor_at(curve, second) for second in (0.0, 60.0, 90.0, 120.0, 180.0, 500.0)] == [
        0.5, 0.5, 0.75, 1.0, 1.5, 1.5
    ]  # fmt: skip


@given(seed=st.integers(0, 2**32), rate=st.floats(0.5, 20.0), factor=st.floats(0.1, 3.0))
def test_arrivals_keep_their_rate(seed: int, rate: float, factor: float) -> None:
    """Within six standard deviations of a Poisson count, rising, inside the time."""
    curve = Curve(points=((0.0, factor),))
    at_s = list(arrivals(Random(seed), rate, curve, 200.0))
    wanted = rate * factor * 200.0
    assert at_s == sorted(at_s)
    assert all(0 < one < 200.0 for one in at_s)
    assert abs(len(at_s) - wanted) <= 6 * math.sqrt(wanted) + 6


def test_a_tally_survives_json() -> None:
    tally = Tally({"a": StreamTally()}, most=3, line_s=60.0)
    tally.streams["a"].outcomes[Outcome.GAVE_UP] += 2
    tally.streams["a"].given_up_at["hello"] += 2
    tally.streams["a"].set_up_s.append(0.5)
    assert Tally.from_json(json.loads(json.dumps(tally.as_json()))) == tally
    assert (tally.offered, tally.answered, tally.of(Outcome.GAVE_UP)) == (2, 0, 2)


async def _menu(call: Call) -> None:
    """Says hello to whoever presses 1, throws out whoever presses 9."""
    await call.answer()
    key = await call.collect(("welcome",), digits=1, timeout_s=5.0)
    if key == "9":
        await call.release(Cause.NORMAL)
    await call.play(("hello",))
    await call.sleep(60.0)


def _play(
    clock: Clock, sim: Sim, plan: Scenario, look: Callable[[Rig, Crowd], None] = lambda _rig, _crowd: None
) -> Tally:
    async def story() -> Tally:
        async with sim({"desk": _menu}) as rig:
            crowd = Crowd(plan, 1, plan.minutes, rig.town)
            crowd.use(range(20))
            await crowd.flow()
            assert crowd.calls == 0
            look(rig, crowd)
            return crowd.tally

    return clock(story())


HELLO = [{"hear": ["welcome"]}, {"press": "1"}, {"hear": ["hello"]}]


@pytest.mark.parametrize(
    ("stream", "outcome"),
    [
        ({"steps": [*HELLO, {"talk_s": 3.0}]}, Outcome.COMPLETED),
        ({"steps": [*HELLO, {"hold_s": 3.0}]}, Outcome.COMPLETED),
        ({"steps": [{"hear": ["welcome"]}, {"press": "9"}, {"released": True}]}, Outcome.COMPLETED),
        ({"steps": [{"hear": ["welcome"]}, {"secret": "9"}, {"hear": ["hello"]}]}, Outcome.CUT_OFF),
        ({"steps": [{"hear": ["goodbye"], "patience_s": 2.0}]}, Outcome.GAVE_UP),
        ({"steps": [{"hear": ["goodbye"], "patience_s": 0.5, "patience": "exponential"}]}, Outcome.GAVE_UP),
        ({"called": "9999"}, Outcome.REFUSED),
        ({"called": "9999", "is_persistent": True}, Outcome.REFUSED),
    ],
)
def test_a_caller_of_each_kind(clock: Clock, sim: Sim, stream: dict[str, Any], outcome: Outcome) -> None:
    def look(rig: Rig, crowd: Crowd) -> None:
        answered = sum(record.answered_at is not None for record in rig.records)
        assert len(rig.records) == crowd.tally.offered
        assert answered >= crowd.tally.answered  # whoever hangs up in that moment does not hear of it
        assert all(circuit.state is CircuitState.IDLE for circuit in rig.groups["in"].circuits)

    tally = _play(clock, sim, scenario(stream), look)
    one = tally.streams["stream 0"]
    assert one.offered > 0
    assert one.outcomes == {outcome: one.offered}
    assert len(one.set_up_s) == (0 if outcome is Outcome.REFUSED else one.offered)


def test_whoever_finds_no_circuit_is_counted(clock: Clock, sim: Sim) -> None:
    plan = scenario({"per_second": 5.0, "steps": [{"hold_s": 60.0}]}, minutes=0.2)
    tally = _play(clock, sim, plan)
    assert tally.most == 20
    assert tally.of(Outcome.NO_CIRCUIT) == tally.offered - 20


def test_all_callers_hang_up_at_once(clock: Clock, sim: Sim) -> None:
    plan = scenario(
        {"per_second": 1.0, "steps": [{"hold_s": 60.0}]}, faults=[{"at_minute": 0.25, "what": "all callers hang up"}]
    )
    tally = _play(clock, sim, plan)
    assert tally.of(Outcome.BROKEN_OFF) > 5
    assert tally.of(Outcome.BROKEN_OFF) + tally.of(Outcome.COMPLETED) == tally.offered


def test_a_prompt_that_nobody_knows(clock: Clock, sim: Sim) -> None:
    with pytest.raises(PromptError, match="no-such-prompt"):
        _play(clock, sim, scenario({"steps": [{"hear": ["no-such-prompt"]}]}))
