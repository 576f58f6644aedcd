"""What release control and the line rules of a profile change in the outgoing end's table (GB 3971.2-83 DL tables)."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Control, Forward
from kmcc.signaling.china1.line_out import CLEAR_FORWARD, FORCED, IN_TALK, TABLE
from kmcc.signaling.china1.line_out_state import In, Rows, State
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.messages import (
    Alarm,
    Blocked,
    FarCleared,
    MeterUnit,
    Resumed,
    Suspended,
)
from kmcc.signaling.china1.terms import Failure

CONTROL: Final[Mapping[Control, Rows]] = MappingProxyType(
    {
        Control.NONE: MappingProxyType({}),
        # states 5 and 6: clear back is held, the called party may come back; the caller or the timer ends it
        Control.CALLING: MappingProxyType(
            {
                (State.TALKING, In.CLEAR_BACK): (State.CLEARED_BACK, (Suspended(),)),
                (State.CLEARED_BACK, In.ANSWER): (State.TALKING, (Resumed(),)),
                (State.CLEARED_BACK, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, FarCleared())),
                (State.CLEARED_BACK, In.FORCED_RELEASE): (State.RELEASING, (CLEAR_FORWARD, *FORCED)),
                (State.CLEARED_BACK, In.CLEAR): (State.RELEASING, (CLEAR_FORWARD,)),
                (State.CLEARED_BACK, In.T_REANSWER): (State.RELEASING, (CLEAR_FORWARD, FarCleared())),
            }
        ),
        # state 8 lasts: the called party holds the circuit, the caller may lift again
        Control.CALLED: MappingProxyType(
            {
                (State.TALKING, In.CLEAR): (State.HELD, (CLEAR_FORWARD,)),
                (State.HELD, In.CLEAR_BACK): (State.RELEASING, ()),
                (State.HELD, In.FORCED_RELEASE): (State.RELEASING, ()),
                (State.HELD, In.FAR_IDLE): (State.GUARD, (Forward.IDLE,)),
                (State.HELD, In.RESUME): (State.TALKING, (Forward.SEIZURE,)),
                (State.HELD, In.CLEAR): (State.HELD, ()),
                (State.HELD, In.T_CALLED_HOLD): (State.RELEASING, ()),
            }
        ),
    }
)

# 重复拆线: once; the circuit stays out of service when it has not helped
REPEATED_CLEAR: Final[Rows] = MappingProxyType(
    {
        (State.RELEASING, In.T_RELEASE_GUARD): (State.REPEATING, (Forward.SEIZURE, Alarm(Failure.NO_RELEASE_GUARD))),
        (State.REPEATING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD,)),
        (State.REPEATING, In.T_REPEAT_CLEAR): (State.STUCK, (CLEAR_FORWARD, Blocked())),
        (State.REPEATING, In.CLEAR): (State.REPEATING, ()),
    }
)


def _metering(rows: Rows) -> Rows:
    """Clear back waits until it has lasted too long for a pulse."""
    return {
        (State.TALKING, In.CLEAR_BACK): (State.METERING, ()),
        (State.METERING, In.ANSWER): (State.TALKING, (MeterUnit(),)),
        (State.METERING, In.T_METER): rows[State.TALKING, In.CLEAR_BACK],
        (State.METERING, In.FAR_IDLE): (State.GUARD, (CLEAR_FORWARD, *IN_TALK)),
        (State.METERING, In.FORCED_RELEASE): (State.RELEASING, (CLEAR_FORWARD, *FORCED)),
        (State.METERING, In.CLEAR): rows[State.TALKING, In.CLEAR],
    }


@cache
def table(control: Control, rules: LineRules) -> Rows:
    """The rows of a call under this control."""
    rows = {**TABLE, **CONTROL[control]}
    if rules.repeated_clear:
        rows |= REPEATED_CLEAR
    if rules.metering:
        rows |= _metering(rows)
    return MappingProxyType(rows)
