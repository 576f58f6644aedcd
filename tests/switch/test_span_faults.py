"""Faults of the E1 in every state of a call: none is lost that may not be, and nothing stays busy (Q.424, G.732)."""

import pytest
from tests.switch.span_faults import CALLS, FAULTS, SEEDS, Loss, Stage, suffer
from tests.switch.span_faults_counted import LOST


@pytest.mark.parametrize("name", FAULTS)
def test_calls_lost(name: str) -> None:
    """At most what the page says, and nothing where nothing may be lost; nobody reaches a wrong number."""
    fault, may_end = FAULTS[name]
    runs = [suffer(fault, seed) for seed in SEEDS]
    for stage in Stage:
        found = Loss(sum(run[stage].lost for run in runs), sum(run[stage].wrong for run in runs))
        assert found.wrong == 0, stage
        assert found.lost <= LOST[name].get(stage, 0), (stage, found)
        assert stage in may_end or LOST[name].get(stage, 0) == 0, stage


def test_the_counts_are_of_these_faults() -> None:
    assert set(LOST) == set(FAULTS)
    assert all(lost <= CALLS * len(SEEDS) for counts in LOST.values() for lost in counts.values())
