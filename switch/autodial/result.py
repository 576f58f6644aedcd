"""What can become of one outgoing call attempt (R-178)."""

from enum import Enum


class Result(Enum):
    ANSWERED = "answered"  # the notice was heard fully
    ANSWERED_PART = "answered, heard in part"
    MACHINE = "answering machine"  # nobody was there to be told
    FAX = "fax or modem"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    VACANT = "vacant number"
    CONGESTION = "congestion"
    FAILED = "failed"  # our fault or the line's, nothing is known of the party
