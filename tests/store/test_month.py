from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.store.month import Month

MONTHS = st.builds(Month, st.integers(1901, 9998), st.integers(1, 12))


def test_neighbours_over_the_year() -> None:
    assert Month(2000, 1).before() == Month(1999, 12)
    assert Month(1999, 12).after() == Month(2000, 1)
    assert Month.of(date(2000, 2, 29)) == Month(2000, 2)
    assert str(Month(2000, 2)) == "2000-02"


@given(MONTHS)
def test_before_and_after_undo_each_other_and_are_in_order(month: Month) -> None:
    assert month.before().after() == month == month.after().before()
    assert month.before() < month < month.after()


@pytest.mark.parametrize(("year", "month"), [(2000, 0), (2000, 13), (1899, 1), (10000, 1)])
def test_no_month(year: int, month: int) -> None:
    with pytest.raises(ValueError, match="is no month"):
        Month(year, month)
