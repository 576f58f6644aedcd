"""What a trunk group has carried since the start (E.410 terms): seizures, answers, overflow, and circuit-seconds."""

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class GroupTraffic:
    """Counted by whoever seizes; `usage_s` counts a circuit from its seizure until it is idle again, when it is so."""

    seized_in: int = 0
    seized_out: int = 0
    answered_in: int = 0
    answered_out: int = 0
    overflowed: int = 0  # calls that found no idle circuit here
    double_seizures: int = 0
    usage_s: float = 0.0

    @property
    def answer_seizure_ratio(self) -> float | None:
        """ASR of calls that left by the group; None before the first."""
        return self.answered_out / self.seized_out if self.seized_out else None

    def take(self, answered: "asyncio.Future[None]") -> None:
        """A call has come by the group."""
        self.seized_in += 1
        answered.add_done_callback(self._count_answer_in)

    def _count_answer_in(self, _: object) -> None:
        self.answered_in += 1
