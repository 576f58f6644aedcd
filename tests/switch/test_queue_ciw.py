"""The queue machine beside Ciw: the four rules, VIP, patience, overflow. Caller by caller, and by confidence intervals.

`make proofs` does the second at four loads with long runs; docs/queue-machine.md has its table.
"""

from dataclasses import replace

import pytest
from tests.switch.queue_centre import Centre, Fate, FixedChances, OurCentre, centres
from tests.switch.queue_ciw import ciw_fates, told_times
from tests.switch.queue_compare import compare

HOURS = 8.0
DECIDED_H = 6.0
"""Ciw tells of a talk when it has ended: only callers of these hours are sure to be in both lists."""


def whole_transfers(centre: Centre) -> Centre:
    """Whether a call is passed on is Ciw's chance; so all are, half as many."""
    streams = (
        replace(stream, transfer_share=1.0, per_hour=stream.per_hour / 2) if stream.transfer_share else stream
        for stream in centre.streams
    )
    return replace(centre, streams=tuple(streams))


def in_order(fates: list[Fate]) -> list[Fate]:
    return sorted(
        (fate for fate in fates if fate.entered_s < DECIDED_H * 3600), key=lambda fate: (fate.entered_s, fate.stream)
    )


@pytest.mark.parametrize("load", [0.7, 0.95])
@pytest.mark.parametrize("number", range(5), ids=[centre.name for centre in centres(1.0)])
def test_every_caller_waits_as_long_and_gets_the_same_seat(number: int, load: float) -> None:
    """The same arrivals, talks and patience in both programs, to the millisecond."""
    centre = whole_transfers(centres(load)[number])
    ours = in_order(OurCentre(centre, "same", FixedChances).run(HOURS))
    theirs = in_order(ciw_fates(centre, HOURS, 1, told_times("same")))
    assert len(ours) > 900
    assert ours == theirs


@pytest.mark.parametrize("number", range(5), ids=[centre.name for centre in centres(1.0)])
def test_waits_and_service_levels_lie_in_the_interval_of_ciw(number: int) -> None:
    """Each program draws its own callers; 99 %, of ten runs."""
    rows = compare(centres(0.8)[number], 0.8, runs=10, hours=8, our_hours=100)
    assert len(rows) >= 4
    assert [row for row in rows if not row.is_inside] == []
