"""What release control and the line rules of a profile change in the incoming end's table (GB 3971.2-83 DL tables)."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward, Control
from kmcc.signaling.china1.line_in import TABLE
from kmcc.signaling.china1.line_in_state import In, Register, Rows, State
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.messages import FarCleared, Resumed, Suspended

CONTROL: Final[Mapping[Control, Rows]] = MappingProxyType(
    {
        Control.NONE: MappingProxyType({}),
        # state 6: the called party may come back until the caller clears
        Control.CALLING: MappingProxyType({(State.CLEARED_BACK, In.ANSWER): (State.TALKING, (Backward.ANSWER,))}),
        # state 8 lasts: the answer stays on the line until the called party hangs up; the caller may lift again
        Control.CALLED: MappingProxyType(
            {
                (State.TALKING, In.CLEAR_FORWARD): (State.HOLDING, (Suspended(),)),
                (State.HOLDING, In.SEIZURE): (State.TALKING, (Resumed(),)),
                (State.HOLDING, In.CLEAR): (State.RELEASING, (Backward.RELEASE,)),
                (State.HOLDING, In.T_CALLED_HOLD): (State.RELEASING, (Backward.RELEASE, FarCleared())),
            }
        ),
    }
)

# 强迫释放: backward 00 until the far end clears forward
FORCED_RELEASE: Final[Rows] = MappingProxyType(
    {
        (State.REGISTER, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Register.STOP, Backward.FORCED_RELEASE)),
        (State.ANSWER_GUARD, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Backward.FORCED_RELEASE,)),
        (State.ANSWER_HELD, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Backward.FORCED_RELEASE,)),
        (State.RINGING, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Backward.FORCED_RELEASE,)),
        (State.TALKING, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Backward.FORCED_RELEASE,)),
        (State.CLEARED_BACK, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Backward.FORCED_RELEASE,)),
        (State.AWAIT_CLEAR, In.FORCE_RELEASE): (State.AWAIT_CLEAR, (Register.STOP, Backward.FORCED_RELEASE)),
        (State.STUCK, In.FORCE_RELEASE): (State.STUCK, (Backward.FORCED_RELEASE,)),
    }
)


@cache
def table(control: Control, rules: LineRules) -> Rows:
    """The rows of a call under this control."""
    rows = {**TABLE, **CONTROL[control]}
    if rules.forced_release:
        rows |= FORCED_RELEASE
    return MappingProxyType(rows)
