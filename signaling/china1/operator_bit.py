"""Bit c of the line codes: operator signals of semi-automatic circuits, laid over whatever code stands (GB 3971.2-83).

An operator re-rings the called party or takes him out of another call (forward), or is rung back (backward): c = 0
while the key is pressed, over the code that is on the line. Where a profile has no operator signals c is just a bit.
"""

from collections.abc import Mapping
from typing import Final

from kmcc.signaling.china1 import line_in_state as line_in
from kmcc.signaling.china1 import line_out_state as line_out
from kmcc.signaling.china1.codes import OPERATOR_BIT
from kmcc.signaling.china1.messages import (
    Effect,
    SendBits,
)
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.terms import Operator
from kmcc.signaling.effects import StartTimer, StopTimer

TIMER: Final = "operator_signal"

RINGS_AGAIN: Final[Mapping[line_in.State, Operator]] = {
    line_in.State.ANSWER_GUARD: Operator.RE_RING,
    line_in.State.RINGING: Operator.RE_RING,
    line_in.State.CLEARED_BACK: Operator.RE_RING,
    line_in.State.TALKING: Operator.FORCE_RELEASE,
}
"""What the incoming end makes of it, by the state of the call."""

RINGS_BACK: Final[Mapping[line_out.State, Operator]] = {
    line_out.State.ALERTING: Operator.RING_BACK,
    line_out.State.TALKING: Operator.RING_BACK,
    line_out.State.CLEARED_BACK: Operator.RING_BACK,
    line_out.State.HELD: Operator.RING_BACK,
}
"""What the outgoing end makes of it."""

RINGS_FORWARD: Final = frozenset({line_out.State.ALERTING, line_out.State.TALKING, line_out.State.CLEARED_BACK})
RINGS_BACKWARD: Final = frozenset(
    {line_in.State.RINGING, line_in.State.TALKING, line_in.State.CLEARED_BACK, line_in.State.HOLDING}
)


class OperatorBit:
    """Both ways of one circuit."""

    def __init__(self, profile: Profile) -> None:
        self.is_known = profile.line.operator_signals
        self._ms = profile.ms(TIMER)
        self._is_heard = False
        self._is_sent = False

    def hear(self, abcd: int) -> tuple[int, bool]:
        """The code beneath bit c, and whether a signal begins now."""
        if not self.is_known:
            return abcd, False
        was_heard, self._is_heard = self._is_heard, not abcd & OPERATOR_BIT
        return abcd | OPERATOR_BIT, self._is_heard and not was_heard

    def ring(self, code: int) -> tuple[Effect, ...]:
        """Show the signal over this code for its time; again while it is shown adds nothing."""
        if self._is_sent:
            return ()
        self._is_sent = True
        return (StartTimer(TIMER, self._ms), SendBits(code & ~OPERATOR_BIT))

    def end(self, code: int) -> tuple[Effect, ...]:
        """Its time is over."""
        if not self._is_sent:
            return ()
        self._is_sent = False
        return (SendBits(code),)

    def give_way(self) -> tuple[Effect, ...]:
        """Another code is about to be sent."""
        if not self._is_sent:
            return ()
        self._is_sent = False
        return (StopTimer(TIMER),)
