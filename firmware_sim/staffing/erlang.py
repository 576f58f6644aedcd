"""Erlang's closed forms for n equal seats: B (no waiting), C (nobody gives up), A (exponential patience).

Brockmeyer, Halstroem and Jensen 1948 for B and C; Palm 1957 for A, as a birth-death chain. Times in s, rates a second.
"""

from dataclasses import dataclass
from math import exp, inf, log
from typing import Final

import numpy as np
import numpy.typing as npt

MOST_WAITING: Final = 20_000
NEGLIGIBLE: Final = 1e-15

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Erlang:
    """What theory expects. Shares are of all calls offered; `mean_wait_s` counts those who give up, too."""

    model: str
    mean_wait_s: float
    within_limit: float
    abandon_rate: float
    occupancy: float


def erlang_b(seats: int, erlangs: float) -> float:
    """Share of calls that find every seat busy when nobody waits; by the recursion on its inverse."""
    inverse = 1.0
    for n in range(1, seats + 1):
        inverse = 1 + inverse * n / erlangs
    return 1 / inverse


def erlang_c(seats: int, erlangs: float) -> float:
    """Share of calls that must wait when nobody gives up; 1 at or above full load."""
    if erlangs >= seats:
        return 1.0
    lost = erlang_b(seats, erlangs)
    return seats * lost / (seats - erlangs * (1 - lost))


def waiting_system(calls_a_s: float, handling_s: float, seats: int, limit_s: float) -> Erlang:
    """M/M/n. Above full load the line grows for ever: the mean wait is infinite."""
    erlangs = calls_a_s * handling_s
    if erlangs >= seats:
        return Erlang("Erlang C", inf, 0.0, 0.0, 1.0)
    waits = erlang_c(seats, erlangs)
    spare = seats - erlangs
    within = 1 - waits * exp(-spare * limit_s / handling_s)
    return Erlang("Erlang C", waits * handling_s / spare, within, 0.0, erlangs / seats)


def impatient_system(calls_a_s: float, handling_s: float, patience_s: float, seats: int, limit_s: float) -> Erlang:
    """M/M/n+M."""
    share = _shares(calls_a_s, handling_s, patience_s, seats)
    ahead = np.arange(len(share) - seats)
    waiting = float(ahead @ share[seats:])
    busy = float(np.minimum(np.arange(len(share)), seats) @ share)
    at_once = float(share[:seats].sum())
    in_time = float(share[seats:] @ _answered_within(limit_s, seats / handling_s, 1 / patience_s, len(ahead)))
    abandoned = waiting / patience_s / calls_a_s
    return Erlang("Erlang A", waiting / calls_a_s, at_once + in_time, abandoned, busy / seats)


def _shares(calls_a_s: float, handling_s: float, patience_s: float, seats: int) -> Vector:
    """Share of time with 0, 1, 2 ... calls in the centre."""
    share = [1.0]
    for calls in range(1, seats + MOST_WAITING):
        leave_a_s = min(calls, seats) / handling_s + max(0, calls - seats) / patience_s
        share.append(share[-1] * calls_a_s / leave_a_s)
        if share[-1] > 1e200:
            share = [one * 1e-200 for one in share]
        if calls > seats and share[-1] < NEGLIGIBLE * max(share):
            break
    return np.array(share) / sum(share)


def _answered_within(limit_s: float, served_a_s: float, tired_a_s: float, places: int) -> Vector:
    """For a caller with 0, 1, 2 ... ahead of him in the line: the chance to be answered within the limit.

    The chain of his place, where those ahead are served or give up and he himself may give up, by uniformization:
    the chance after exactly so many jumps, weighed with the Poisson chance of so many.
    """
    forward = served_a_s + np.arange(places) * tired_a_s
    rate = float(forward[-1] + tired_a_s)
    answered, total = np.zeros(places), np.zeros(places)
    mean_jumps, log_weight, covered, jumps = rate * limit_s, -rate * limit_s, 0.0, 0
    while covered < 1 - 1e-12 and jumps <= mean_jumps + MOST_WAITING:
        weight = exp(log_weight)
        total += weight * answered
        covered += weight
        jumps += 1
        log_weight += log(mean_jumps / jumps) if mean_jumps > 0 else -inf
        one_less_ahead = np.concatenate(([1.0], answered[:-1]))
        answered = (forward * one_less_ahead + (rate - forward - tired_a_s) * answered) / rate
    return total
