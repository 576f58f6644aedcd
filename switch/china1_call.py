"""How far the call on a China No.1 circuit has come, for what its channel does not keep."""

from dataclasses import dataclass


@dataclass(slots=True)
class CallProgress:
    """One call; a new one for each."""

    kd: int
    called: str = ""
    is_offered: bool = False  # between Setup and alert: KB still owed
    is_alerted: bool = False  # KB sent, the answer not: what the caller hears comes from us
    is_answering: bool = False  # the answer waits for its guard
    is_through: bool = False  # alerted, and the register signals are over
    owed_tone: str | None = None  # tells the caller why it was released
    is_sending_tone: bool = False
