"""Tables of docs/ that are state machines, codes and timers: China No.1, seats, automatic calls."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from kmcc.signaling.analogue import fxo, fxs
from kmcc.signaling.analogue.profile import FXO_MS, FXS_MS
from kmcc.signaling.china1 import cycle_in, cycle_out, line_in_modes, line_out_modes
from kmcc.signaling.china1 import line_in as incoming
from kmcc.signaling.china1 import line_out as outgoing
from kmcc.signaling.china1.codes import BACKWARD, FORWARD, TIMERS, Control, Prefix
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL, REGISTER_ROWS
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.china1.words import GROUP_A, KB, PREFIX
from kmcc.switch.autodial.party import TABLE as PARTY
from kmcc.switch.autodial.party import State as PartyState
from kmcc.switch.autodial.plan import RETRY
from kmcc.switch.autodial.result import Result
from kmcc.switch.china1_meaning import REFUSALS, RELEASE_TONES
from kmcc.switch.queue.seat import TABLE as SEATS
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.treatment import CAUSES

Rows = list[tuple[object, ...]]
Made = tuple[tuple[str, ...], Rows]
Steps = Mapping[tuple[Any, Any], tuple[Any, tuple[Any, ...]]]


LAID_OVER = (
    ('`control = "calling"`', Control.CALLING, LineRules()),
    ('`control = "called"`', Control.CALLED, LineRules()),
    ("`repeated_clear`", Control.NONE, LineRules(repeated_clear=True)),
    ("`metering`", Control.NONE, LineRules(metering=True)),
    ("`forced_release`", Control.NONE, LineRules(forced_release=True)),
)


def timers() -> Made:
    return ("row", "ms", "what"), [(f"`{row.name}`", row.ms, row.why) for row in TIMERS]


def line_codes() -> Made:
    codes = [*(("forward", *row) for row in FORWARD.items()), *(("backward", *row) for row in BACKWARD.items())]
    return ("way", "state", "abcd"), [(way, f"`{state.value}`", f"{code:04b}") for way, state, code in codes]


def backward_signals() -> Made:
    rows: Rows = [(f"A{number}", *words) for number, words in GROUP_A.items()]
    rows += [(f"KB{number}", *words) for number, words in KB.items()]
    return ("signal", "English", "Chinese"), rows


def prefix_signals() -> Made:
    rows: Rows = [(LOCAL.prefix_signal(prefix), f"`{prefix.value}`", *PREFIX[prefix]) for prefix in Prefix]
    return ("signal", "row", "English", "Chinese"), rows


def register_rows() -> Made:
    """The fields of Profile under [register], with their defaults."""
    there = {field.name for field in fields(LOCAL)}
    return ("row", "default"), [(f"`{row}`", _plain(getattr(LOCAL, row))) for row in REGISTER_ROWS if row in there]


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def line_rules() -> Made:
    """The fields of LineRules under [line], with their defaults."""
    return ("row", "default"), [(f"`{row.name}`", _plain(getattr(LOCAL.line, row.name))) for row in fields(LineRules)]


def line_out() -> Made:
    return _machine(outgoing.State, outgoing.TABLE, outgoing.TIMERS)


def line_modes() -> Made:
    """Only what differs from the plain tables."""
    rows: Rows = []
    ends: tuple[tuple[str, Steps, type[Enum], Callable[[Control, LineRules], Steps]], ...] = (
        ("outgoing", outgoing.TABLE, outgoing.State, line_out_modes.table),
        ("incoming", incoming.TABLE, incoming.State, line_in_modes.table),
    )
    for end, plain, states, table in ends:
        for name, control, rules in LAID_OVER:
            laid: Steps = {k: v for k, v in table(control, rules).items() if plain.get(k) != v}
            rows += [(end, name, state.value, steps) for state in states if (steps := _steps(state, laid))]
    return ("end", "with", "state", "what happens: next state"), rows


def line_in() -> Made:
    return _machine(incoming.State, incoming.TABLE, incoming.TIMERS)


def cycles_out() -> Made:
    return _machine(cycle_out.State, cycle_out.TABLE, cycle_out.TIMERS)


def cycles_in() -> Made:
    return _machine(cycle_in.State, cycle_in.TABLE, cycle_in.TIMERS)


def fxs_states() -> Made:
    return _machine(fxs.State, fxs.TABLE, fxs.TIMERS)


def fxo_states() -> Made:
    return _machine(fxo.State, fxo.TABLE, fxo.TIMERS)


def fxs_times() -> Made:
    return ("row", "ms"), [(f"`{name}`", ms) for name, ms in FXS_MS.items()]


def fxo_times() -> Made:
    return ("row", "ms"), [(f"`{name}`", ms) for name, ms in FXO_MS.items()]


def _machine(states: type[Enum], table: Steps, timers: Mapping[Any, Any]) -> Made:
    rows: Rows = [
        (state.value, f"`{timers[state].value}`" if state in timers else "", _steps(state, table)) for state in states
    ]
    return ("state", "timer", "what happens: next state"), rows


def _steps(state: Enum, table: Steps) -> str:
    """What leads to the same state is named together; in the order of the table."""
    ways: dict[str, list[str]] = {}
    for (at, what), (after, _) in table.items():
        if at is state:
            ways.setdefault(after.value, []).append(what.value)
    return "; ".join(f"{', '.join(whats)}: {after}" for after, whats in ways.items())


def seat() -> Made:
    return ("state", "what happens: next state"), [(state.value, _steps(state, SEATS)) for state in SeatState]


def party() -> Made:
    """Rows that every state has are told once."""
    told: dict[tuple[str, PartyState, object, str], list[str]] = {}
    for (state, heard), (to, who, reason) in PARTY.items():
        told.setdefault((heard.value, to, who and who.value, reason), []).append(state.value)
    rows: Rows = [
        ("any" if len(states) > 2 else ", ".join(states), heard, to.value, who, reason)
        for (heard, to, who, reason), states in told.items()
    ]
    return ("state", "heard", "then", "who answered", "because"), rows


def results() -> Made:
    rows: Rows = [
        (result.value, f"{int(RETRY[result].total_seconds() // 60)} min" if result in RETRY else "final")
        for result in Result
    ]
    return ("result", "called again after"), rows


def treatment() -> Made:
    """What a caller gets for each cause, before speech is through and after."""
    rows: Rows = [
        (cause.words, REFUSALS.get(cause, Failure.CONGESTION).value, RELEASE_TONES.get(cause, "busy"))
        for cause in CAUSES
    ]
    return ("cause", "signal of China No.1 before speech is through", "tone afterwards"), rows
