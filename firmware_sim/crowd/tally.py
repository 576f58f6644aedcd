"""What became of a crowd's calls, as the callers saw it; sums that two processes can exchange as JSON."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Self


class Outcome(Enum):
    """How a call ended for whoever placed it."""

    COMPLETED = "completed"  # all that he wanted to do is done
    NO_CIRCUIT = "no circuit"  # the exchange had none left towards the centre
    REFUSED = "refused"  # by register signal: congestion, vacant number, busy
    GAVE_UP = "gave up"  # waited in vain for a prompt or a person
    CUT_OFF = "cut off"  # the far side ended the call before he was done
    BROKEN_OFF = "broken off"  # the run ended, or a fault of the scenario did it


REACHED: Final = (Outcome.COMPLETED, Outcome.GAVE_UP, Outcome.CUT_OFF, Outcome.BROKEN_OFF)


@dataclass(slots=True)
class StreamTally:
    """Of one stream of callers. Times in seconds, one a call."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)  # by cause
    given_up_at: Counter[str] = field(default_factory=Counter)  # by what he waited for
    set_up_s: list[float] = field(default_factory=list)  # seizure to KB, the end of register signals
    answer_s: list[float] = field(default_factory=list)  # seizure to answer

    @property
    def offered(self) -> int:
        return self.outcomes.total()

    @property
    def answered(self) -> int:
        return len(self.answer_s)

    def as_json(self) -> dict[str, Any]:
        return {
            "outcomes": {outcome.value: count for outcome, count in self.outcomes.items()},
            "refusals": dict(self.refusals),
            "given_up_at": dict(self.given_up_at),
            "set_up_s": [round(s, 4) for s in self.set_up_s],
            "answer_s": [round(s, 4) for s in self.answer_s],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        return cls(
            Counter({Outcome(word): count for word, count in raw["outcomes"].items()}),
            Counter(raw["refusals"]),
            Counter(raw["given_up_at"]),
            list(raw["set_up_s"]),
            list(raw["answer_s"]),
        )


@dataclass(slots=True)
class Tally:
    """Of all streams, by name; `most` is the largest number of calls that were up at once."""

    streams: dict[str, StreamTally] = field(default_factory=dict)
    most: int = 0
    line_s: float = 0.0  # of the loop's time, from the first arrival possible to the last

    @property
    def offered(self) -> int:
        return sum(stream.offered for stream in self.streams.values())

    @property
    def answered(self) -> int:
        return sum(stream.answered for stream in self.streams.values())

    def of(self, outcome: Outcome) -> int:
        return sum(stream.outcomes[outcome] for stream in self.streams.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "streams": {name: stream.as_json() for name, stream in self.streams.items()},
            "most": self.most,
            "line_s": self.line_s,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        streams = {name: StreamTally.from_json(stream) for name, stream in raw["streams"].items()}
        return cls(streams, raw["most"], raw["line_s"])
