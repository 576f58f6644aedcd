"""The register tables as tables: every pair of state and event is a row, ignored, or an error; no state is a trap."""

from collections.abc import Mapping
from enum import Enum
from types import ModuleType
from typing import Any, cast

import pytest

from kmcc.signaling.china1 import cycle_in, cycle_out
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.messages import (
    Alarm,
    LineBits,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import ProtocolError, StartTimer, StopTimer

MODULES = [cycle_out, cycle_in]
Table = Mapping[tuple[Enum, Enum], tuple[Enum, tuple[object, ...]]]


def table_of(module: ModuleType) -> Table:
    return cast(Table, module.TABLE)


def machine_of(module: ModuleType, state: Enum) -> Machine[Any, Any, Any]:
    return Machine("table", state, module.TABLE, module.TIMERS, LOCAL)


def inputs(module: ModuleType) -> list[Enum]:
    return [*module.In, *module.Register]


PAIRS = [
    pytest.param(module, state, what, id=f"{module.__name__.rsplit('.', 1)[1]}-{state.name}-{what.name}")
    for module in MODULES
    for state in module.State
    for what in inputs(module)
]


@pytest.mark.parametrize(("module", "state", "what"), PAIRS)
def test_every_pair(module: ModuleType, state: Enum, what: Enum) -> None:
    machine = machine_of(module, state)
    if (state, what) in table_of(module):
        machine.receive(what)
        assert machine.state is table_of(module)[state, what][0]
        assert (state, what) not in module.IGNORED
        return
    with pytest.raises(ProtocolError, match=f"{what.name} is not allowed in {state.name}"):
        machine.receive(what)
    assert machine.state is state


@pytest.mark.parametrize("module", MODULES)
def test_every_state_is_reached_and_left(module: ModuleType) -> None:
    reached = [module.State.OFF]
    for state in reached:
        reached += [to for (at, _), (to, _) in table_of(module).items() if at is state and to not in reached]
    # A state may be met twice in one sweep.
    assert set(reached) == set(module.State)
    left = {at for (at, _), (to, _) in table_of(module).items() if to is not at}
    assert left == set(module.State)


@pytest.mark.parametrize("module", MODULES)
def test_every_timer_has_its_rows(module: ModuleType) -> None:
    for state, timer in module.TIMERS.items():
        assert (state, timer) in table_of(module)
        assert LOCAL.ms(timer.value) > 0
    timers = {what for what in module.In if what.name.startswith("T") and what.name[1:2] in "_1234"}
    for state, what in table_of(module):
        if what in timers:
            assert module.TIMERS[state] is what


@pytest.mark.parametrize("module", MODULES)
def test_every_register_signal_is_a_row_or_ignored(module: ModuleType) -> None:
    off = module.In.BACKWARD_OFF if module is cycle_out else module.In.FORWARD_OFF
    for state in module.State:
        for what in (*module.ON, off):
            possible = can_happen(module, state, what)
            known = (state, what) in table_of(module) or (state, what) in module.IGNORED
            assert known or not possible, (state, what)


def can_happen(module: ModuleType, state: Enum, what: Enum) -> bool:
    """Signals are read as group A or KB, as a called digit, KA, a calling digit or KD, by the state."""
    if module is cycle_out:
        return what.name.startswith("KB") == (state.name == "KD") or what.name == "FOREIGN"
    verdicts = {"MORE", "COMPLETE", "VACANT", "CONGESTION", "FOREIGN", "FORWARD_OFF"}
    read = {
        "AWAIT_CALLED": verdicts | {"ASK"},
        "AWAIT_CALLING": verdicts | {"CALLING_DIGIT"},
        "AWAIT_KA": {"KA", "FOREIGN", "FORWARD_OFF"},
        "AWAIT_KD": {"KD", "FOREIGN", "FORWARD_OFF"},
    }
    return what.name in read.get(state.name, {"FOREIGN", "FORWARD_OFF"})


class Numbered(Enum):
    ONE = "one"
    TWO = "two"
    THREE = "three"


class Timers(Enum):
    GO = "go"
    STAY = "stay"
    T1 = "t1"


def test_machine_hands_timers_over() -> None:
    table = {
        (Numbered.ONE, Timers.GO): (Numbered.TWO, ("out",)),
        (Numbered.TWO, Timers.STAY): (Numbered.THREE, ()),
        (Numbered.THREE, Timers.GO): (Numbered.ONE, ()),
        (Numbered.THREE, Timers.T1): (Numbered.TWO, ()),
    }
    running = {Numbered.TWO: Timers.T1, Numbered.THREE: Timers.T1}
    machine: Machine[Numbered, Timers, str] = Machine("m", Numbered.ONE, table, running, LOCAL)
    assert machine.receive(Timers.GO) == (StartTimer("t1", 15_000), "out")
    assert machine.receive(Timers.STAY) == ()  # the same timer runs on
    assert machine.receive(Timers.T1) == (StartTimer("t1", 15_000),)  # it ran out: again from the start
    machine.receive(Timers.STAY)
    assert machine.receive(Timers.GO) == (StopTimer("t1"),)
    assert machine.timer is None


def more(called: str) -> Verdict:
    return Verdict.MORE


@pytest.mark.parametrize("channel", [OutgoingChannel(Profile()), IncomingChannel(Profile(), more)])
def test_a_strange_code_is_an_alarm(channel: OutgoingChannel | IncomingChannel) -> None:
    before = channel.state
    assert channel.receive(LineBits(0b0101)) == (Alarm(Failure.LINE_FAULT),)
    assert channel.state == before
