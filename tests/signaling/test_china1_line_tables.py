"""The line tables as tables, under every release control and line rule: each pair tried, no state a trap."""

from dataclasses import replace
from types import ModuleType

import pytest

from kmcc.signaling.china1 import line_in, line_in_modes, line_out, line_out_modes
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.machine import Machine
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.effects import ProtocolError

PLAIN = LineRules()
ALL = LineRules(operator_signals=True, forced_release=True, repeated_clear=True, metering=True)
MODES = {line_out: line_out_modes, line_in: line_in_modes}
VARIANTS = [
    pytest.param(module, control, rules, id=f"{module.__name__.rsplit('.', 1)[1]}-{control.value}-{name}")
    for module in MODES
    for control in Control
    for name, rules in (("plain", PLAIN), ("all rules", ALL))
]
FAR_END = {
    line_out: {"FAR_IDLE", "BLOCKING", "SEIZURE_ACK", "ANSWER", "CLEAR_BACK", "NOT_IDLE", "FORCED_RELEASE", "PCM_BACK"},
    line_in: {"FAR_IDLE", "SEIZURE", "CLEAR_FORWARD", "PCM_BACK"},
}


@pytest.mark.parametrize(("module", "control", "rules"), VARIANTS)
def test_every_pair(module: ModuleType, control: Control, rules: LineRules) -> None:
    table = MODES[module].table(control, rules)
    tried = 0
    for state in module.State:
        for what in module.In:
            machine = Machine("line", state, table, module.TIMERS, LOCAL)
            if (state, what) in table:
                machine.receive(what)
                assert machine.state is table[state, what][0]
                assert (state, what) not in module.IGNORED
            else:
                with pytest.raises(ProtocolError, match=f"{what.name} is not allowed in {state.name}"):
                    machine.receive(what)
                assert machine.state is state
            tried += 1
    assert tried == len(module.State) * len(module.In)


@pytest.mark.parametrize("module", MODES)
def test_every_state_is_reached_and_left(module: ModuleType) -> None:
    edges = {
        (at, to)
        for control in Control
        for rules in (PLAIN, ALL)
        for (at, _), (to, _) in MODES[module].table(control, rules).items()
        if to is not at
    }
    reached = [module.State.UNKNOWN]
    for state in reached:
        reached += [to for to in module.State if (state, to) in edges and to not in reached]
    assert set(reached) == {at for at, _ in edges} == set(module.State)


def reached_under(module: ModuleType, control: Control, rules: LineRules) -> list[object]:
    table = MODES[module].table(control, rules)
    reached = [module.State.UNKNOWN]
    for state in reached:
        reached += [to for (at, _), (to, _) in table.items() if at is state and to not in reached]
    return reached


@pytest.mark.parametrize(("module", "control", "rules"), VARIANTS)
def test_no_state_without_a_timer_or_an_exit(module: ModuleType, control: Control, rules: LineRules) -> None:
    """Whatever can be entered is left by its timer, or by what the far end or the span does; else it is our command."""
    table = MODES[module].table(control, rules)
    ours = {module.State.LOCALLY_BLOCKED}
    for state in reached_under(module, control, rules):
        by_timer = state in module.TIMERS
        assert not by_timer or (state, module.TIMERS[state]) in table
        exits = {what.name for (at, what), (to, _) in table.items() if at is state and to is not state}
        assert by_timer or exits & FAR_END[module] or state in ours, state


@pytest.mark.parametrize(("module", "control", "rules"), VARIANTS)
def test_a_timer_has_rows_only_where_it_runs(module: ModuleType, control: Control, rules: LineRules) -> None:
    for state, what in MODES[module].table(control, rules):
        if what.name.startswith("T_"):
            assert module.TIMERS[state] is what
    assert all(LOCAL.ms(timer.value) > 0 for timer in module.TIMERS.values())


@pytest.mark.parametrize(("module", "control", "rules"), VARIANTS)
def test_every_code_in_every_state_has_a_row_or_is_ignored_or_strange(
    module: ModuleType, control: Control, rules: LineRules
) -> None:
    profile = replace(LOCAL, line=rules)
    table = MODES[module].table(control, rules)
    seen = set()
    for state in reached_under(module, control, rules):
        for abcd in range(16):
            what = module.classify(state, abcd, profile)
            seen.add(what)
            if abcd not in {*profile.forward.values(), *profile.backward.values()}:
                assert what is module.In.STRANGE_CODE
            if what is not module.In.STRANGE_CODE:
                assert (state, what) in table or (state, what) in module.IGNORED, (state, what)
    assert len(seen) > 4


@pytest.mark.parametrize("module", MODES)
def test_a_control_changes_only_answered_calls(module: ModuleType) -> None:
    """GB 3971.2-83: the same codes, another owner of the release."""
    plain = MODES[module].table(Control.NONE, PLAIN)
    answered = {"TALKING", "CLEARED_BACK", "HELD", "HOLDING", "METERING"}
    for control in Control:
        table = MODES[module].table(control, PLAIN)
        assert {state.name for state, what in table if table[state, what] != plain.get((state, what))} <= answered
