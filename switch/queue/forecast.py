"""How long a caller will have to wait, as far as the calls that were served tell."""

from typing import Final

NEEDED_CALLS: Final = 5
NEWEST_SHARE: Final = 0.05  # of the newest call in the mean: about the last twenty count


class Forecast:
    """Mean handling time of each service, talk and wrap-up, the newer calls weighing more."""

    def __init__(self) -> None:
        self._means: dict[str | None, tuple[int, float]] = {}  # calls, mean ms

    def served(self, service: str | None, handling_ms: int) -> None:
        calls, mean = self._means.get(service, (0, 0.0))
        share = max(NEWEST_SHARE, 1 / (calls + 1))  # at first a plain mean
        self._means[service] = (calls + 1, mean + share * (handling_ms - mean))

    def expected_ms(self, service: str | None, position: int, seats: int) -> int | None:
        """For the caller at this position before so many seats, all busy: one of them is free every mean/seats."""
        calls, mean = self._means.get(service, (0, 0.0))
        if calls < NEEDED_CALLS or seats == 0:
            return None
        return round(position * mean / seats)
