"""What the numbering plan tells an incoming register after each called digit (Q.440: A1, A2, A3, A4 or A5 is due)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from kmcc.signaling.china1.codes import Control


class Verdict(Enum):
    MORE = "more digits are needed"  # A1
    GOOD = "good as it is, more digits may follow"  # A1; a pulse of A3 when none follows
    COMPLETE = "the number is complete"  # A3
    VACANT = "no such number"  # A5
    CONGESTION = "no way to the number now"  # A4
    TRANSIT = "another exchange takes the number from its first digit"  # A2, when that exchange is there


Analyse = Callable[[str], Verdict]
"""A pure function of the called digits so far; the first verdict is asked for after the first digit."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What else the plan says of such a number; None = as the profile says.

    `ani_after`: after which called digit the calling number is asked for, 0 = never; `control`: who controls the
    release.
    """

    ani_after: int | None = None
    control: Control | None = None


Treat = Callable[[str], Treatment]
"""A pure function of the called digits so far."""


def as_the_profile_says(_: str) -> Treatment:
    return Treatment()
