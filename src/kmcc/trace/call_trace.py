"""The trace of one call: rows of what crossed its circuits and what we did, with times, and how it ended."""

from dataclasses import dataclass, field

from kmcc.signaling.china1.chinese import chinese
from kmcc.trace.reason import Reason


@dataclass(slots=True)
class Row:
    """One compelled cycle, one line signal with the answer to it, or one thing that we did (`ours`).

    `at_s` is when the first signal was seen, in the log's seconds; `answered_s` when the second one was. `incoming` is
    what the exchange sent, `outgoing` what we did; `is_ours_first` tells which came first.
    """

    at_s: float
    kind: str
    circuit: str = ""
    incoming: str = ""
    outgoing: str = ""
    ours: str = ""
    is_ours_first: bool = False
    answered_s: float | None = None

    @property
    def took_ms(self) -> int | None:
        """From the first signal to the answer."""
        return None if self.answered_s is None else round((self.answered_s - self.at_s) * 1000)

    def words(self, lang: str) -> tuple[str, str, str]:
        """Incoming, outgoing and ours; signals are said in Chinese where that is wanted."""
        if lang == "zh":
            return chinese(self.incoming), chinese(self.outgoing), self.ours
        return self.incoming, self.outgoing, self.ours


@dataclass(slots=True)
class CallTrace:
    """`at` is when it began, in ISO 8601, `since_s` the same in the log's seconds; `cause` None = it is not over."""

    call: str
    at: str
    since_s: float
    circuits: list[str]
    rows: list[Row] = field(default_factory=list)
    called: str | None = None
    calling: str | None = None
    cause: str | None = None
    reason: Reason | None = None
    failures: list[tuple[str, str]] = field(default_factory=list)
    """Circuit and failure, as the circuits reported them."""
    is_answered: bool = False

    def leg(self, circuit: str) -> int | None:
        """Which of its circuits, counted from 1; None when it has only one, or the row is ours."""
        if len(self.circuits) < 2 or circuit not in self.circuits:
            return None
        return self.circuits.index(circuit) + 1

    @property
    def title(self) -> str:
        return f"{self.call} on {', '.join(self.circuits)}: {self.cause or 'not over'}"
