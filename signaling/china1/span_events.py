"""What the span under a China No.1 circuit brings, as events of the circuit (Q.424)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PcmBreak:
    """The span carries no speech for a moment too long for register signals."""


@dataclass(frozen=True, slots=True)
class PcmLost:
    """The span has an alarm: nothing it brings can be believed, nothing we send is heard."""


@dataclass(frozen=True, slots=True)
class PcmBack:
    """The alarm is over, and the line has been read again since."""
