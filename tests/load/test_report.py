"""Figures of the load report against the standard library's own."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.load.report import percentiles


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles(samples: list[float]) -> None:
    found = percentiles(samples)
    assert found is not None
    assert found["mean"] == pytest.approx(statistics.fmean(samples), abs=1e-3)
    assert found["max"] == round(max(samples), 3)
    for share in (50, 95, 99):
        told = found[f"p{share}"]
        assert told in {round(sample, 3) for sample in samples}
        assert sum(round(sample, 3) <= told for sample in samples) * 100 >= share * len(samples)
        assert sum(round(sample, 3) < told for sample in samples) * 100 < share * len(samples)


def test_no_sample_no_percentiles() -> None:
    assert percentiles([]) is None
