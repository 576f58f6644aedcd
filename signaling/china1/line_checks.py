"""What the line rules of a profile must be for its tables to work (GB 3971.2-83)."""

from typing import TYPE_CHECKING

from kmcc.signaling.china1.codes import OPERATOR_BIT, Backward, Forward

if TYPE_CHECKING:
    from kmcc.signaling.china1.profile import Profile

FORWARD_ON_TWO_WAY = (Forward.IDLE, Forward.CLEAR_FORWARD)


def wrong_line(profile: "Profile") -> list[str]:
    return [*_wrong_kb(profile), *(_wrong_bit_c(profile) if profile.line.operator_signals else ())]


def _wrong_kb(profile: "Profile") -> list[str]:
    return [
        f"line.calling_control_kb must be 1..6, got {kb}" for kb in profile.line.calling_control_kb if not 1 <= kb <= 6
    ]


def _wrong_bit_c(profile: "Profile") -> list[str]:
    """Bit c is the operator's: every code has it 1, and 0000 must not come of it."""
    codes = {f"forward.{state.value}": code for state, code in profile.forward.items()}
    codes |= {f"backward.{state.value}": code for state, code in profile.backward.items()}
    return [
        f"{row} must have bit c and another one for line.operator_signals, got {code:04b}"
        for row, code in codes.items()
        if not code & OPERATOR_BIT or code == OPERATOR_BIT
    ]


def wrong_two_way(profile: "Profile") -> list[str]:
    """On a two-way circuit one code serves both directions, and a double seizure must be told from all else."""
    forward, backward = profile.forward, profile.backward
    wrong = [
        f"forward.{state.value} must be backward.idle on a two-way circuit, got {forward[state]:04b}"
        for state in FORWARD_ON_TWO_WAY
        if forward[state] != backward[Backward.IDLE]
    ]
    others = (Backward.IDLE, Backward.SEIZURE_ACK, Backward.ANSWER, Backward.BLOCKED)
    wrong += [
        f"forward.seizure and backward.{state.value} must differ on a two-way circuit, both are {backward[state]:04b}"
        for state in others
        if forward[Forward.SEIZURE] == backward[state]
    ]
    return wrong
