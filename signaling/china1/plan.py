"""What the numbering plan tells an incoming register after each called digit (Q.440: A1, A3, A4 or A5 is due)."""

from collections.abc import Callable
from enum import Enum


class Verdict(Enum):
    MORE = "more digits are needed"  # A1
    COMPLETE = "the number is complete"  # A3
    VACANT = "no such number"  # A5
    CONGESTION = "no way to the number now"  # A4


Analyse = Callable[[str], Verdict]
"""A pure function of the called digits so far; the first verdict is asked for after the first digit."""
