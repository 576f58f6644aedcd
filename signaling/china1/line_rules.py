"""What the line signalling of a trunk group does beyond the plain call (GB 3971.2-83 DL tables): all of it is data."""

from dataclasses import dataclass

from kmcc.signaling.china1.codes import Control


@dataclass(frozen=True, slots=True)
class LineRules:
    """The rows of `[line]` in a profile."""

    control: Control = Control.NONE  # of calls for which neither the numbering plan nor KB says otherwise
    calling_control_kb: tuple[int, ...] = (6,)  # a KB that gives the caller the control of a local call
    operator_signals: bool = False  # re-ring, forced release and ring-back on bit c
    forced_release: bool = False  # backward 00, steady
    repeated_clear: bool = False  # clear forward again (10, 00, 10) when the far end does not go idle
    metering: bool = False  # a short interruption of the answer is a unit (received only)

    def control_of(self, wanted: Control | None, kb: int, *, is_toll: bool) -> Control:
        """Of one call: the numbering plan says it, else KB of a local call, else the trunk group."""
        if wanted is not None:
            return wanted
        is_by_kb = self.control is Control.NONE and kb in self.calling_control_kb and not is_toll
        return Control.CALLING if is_by_kb else self.control
