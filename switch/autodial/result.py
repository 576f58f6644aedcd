"""What can become of one outgoing call attempt (R-178)."""

from enum import Enum


class Result(Enum):
    ANSWERED = "answered"  # the notice was heard fully, or the call was handed over to a seat
    ANSWERED_PART = "answered, heard in part"
    ABANDONED = "answered, no seat"  # a person answered, and no seat took the call in time
    MACHINE = "answering machine"  # nobody was there to be told
    FAX = "fax or modem"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    VACANT = "vacant number"
    CONGESTION = "congestion"
    FAILED = "failed"  # our fault or the line's, nothing is known of the party
    LOST = "lost in a restart"  # it may have been placed: how it ended is not known
