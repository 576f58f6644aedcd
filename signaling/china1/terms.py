"""The terms that China No.1 messages are made of: directions of tones, reasons of failure, an operator's wishes."""

from enum import Enum


class Direction(Enum):
    """Of register tones, seen on the line: the outgoing end sends forward and hears backward."""

    FORWARD = 0
    BACKWARD = 1


class Failure(Enum):
    """Why a call attempt or a call ended otherwise than by a normal release."""

    VACANT_NUMBER = "vacant number"  # A5, KB5
    CALLED_BUSY = "called subscriber busy"  # KB2, KB3, KB4 on a local call
    CONGESTION = "congestion"  # A4, KB4 on a toll call
    NO_SEIZE_ACK = "no seizing acknowledgement"
    NO_BACKWARD_SIGNAL = "T1: no backward signal"
    NO_FORWARD_SIGNAL = "T3: no forward signal"
    BACKWARD_SIGNAL_STAYS = "T2: the backward signal does not stop"
    FORWARD_SIGNAL_STAYS = "T4: the forward signal does not stop"
    NO_ANSWER = "no answer"
    FOREIGN_SIGNAL = "foreign or meaningless register signal"
    ABNORMAL_RELEASE = "released before answer by the far end"
    RELEASE_IN_TALK = "released after answer by the far end without clearing back"
    FORCED_RELEASE = "forced release by the far end"
    DOUBLE_SEIZURE = "double seizure"
    NO_CLEAR_FORWARD = "no clear forward"
    PCM_FAULT = "PCM fault"
    NO_RELEASE_GUARD = "no release guard after clear forward"
    BLOCKED = "circuit blocked by the far end"
    LINE_FAULT = "line fault"


class Operator(Enum):
    """What bit c says, by who sends it and when."""

    RE_RING = "re-ring"  # forward: ring the called party again
    FORCE_RELEASE = "force release"  # forward, while the parties talk: take the called party for the operator
    RING_BACK = "ring back"  # backward: ring the operator who calls
