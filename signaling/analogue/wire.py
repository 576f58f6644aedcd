"""What a two-wire line shows at each end, as bits; what is beyond bits (volts, milliamperes) is the board's.

Towards the subscriber: ringing voltage, reversed polarity, no battery. Towards the exchange: the loop is closed.
"""

from enum import Enum, IntFlag


class ToSubscriber(IntFlag):
    """What the exchange does to the line; 0 = fed with normal polarity."""

    NORMAL = 0
    RING = 1
    REVERSED = 2
    DEAD = 4  # no battery: the exchange is down, or breaks the loop to clear


class ToExchange(IntFlag):
    """What the subscriber does to the line; 0 = on-hook."""

    ON_HOOK = 0
    OFF_HOOK = 1


class Side(Enum):
    """Which end of the line is ours; the value is the usual name of such a port."""

    EXCHANGE = "FXS"
    SUBSCRIBER = "FXO"
