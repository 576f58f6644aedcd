"""How likely it is that more people answer than seats are free: two binomials against each other.

Of `calls` that are under way each is answered by a person with `share`; of `busy` seats each comes free meanwhile with
`frees`. Both without memory, so nothing but the counts is needed.
"""

from itertools import accumulate


def binomial(count: int, share: float) -> list[float]:
    """P(0), P(1) ... P(count)."""
    if share >= 1.0:
        return [0.0] * count + [1.0]
    row = [(1.0 - share) ** count]
    odds = share / (1.0 - share)
    for k in range(count):
        row.append(row[-1] * odds * (count - k) / (k + 1))
    return row


class Odds:
    """`ready` seats now, and of `busy` those that come free while the telephones ring; `waiting` have answered."""

    def __init__(self, share: float, *, waiting: int, ready: int, busy: int, frees: float) -> None:
        self._share = share
        self._spoken_for = waiting - ready
        self._below = [0.0, *accumulate(binomial(busy, frees))]  # [n] = P(fewer than n come free)

    def overdraw(self, calls: int, spare: int) -> float:
        """P(more than `spare` of those who answer, or wait already, find no seat)."""
        answers = binomial(calls, self._share)
        return sum(chance * self._too_few(k + self._spoken_for - spare) for k, chance in enumerate(answers))

    def most_calls(self, least: int, most: int, *, spare: int, allowed: float) -> int:
        """The most calls under way, `least` to `most`, whose overdraw is not above `allowed`; it grows with them."""
        low, high = least, most
        while low < high:
            middle = (low + high + 1) // 2
            if self.overdraw(middle, spare) <= allowed:
                low = middle
            else:
                high = middle - 1
        return low

    def _too_few(self, wanted: int) -> float:
        """P(fewer than `wanted` of the busy seats come free)."""
        if wanted <= 0:
            return 0.0
        return self._below[wanted] if wanted < len(self._below) else 1.0
