from datetime import date

import pytest
from sqlalchemy.orm import Session

from kmcc.store.changed_numbers import ChangedNumber, ChangedNumbers
from kmcc.store.errors import NewNumberMissingError, NoticePeriodWrongError
from kmcc.switch.number_change import Variant

FIRST, LAST = date(2000, 5, 1), date(2000, 6, 14)
CHANGE = ChangedNumber("3181001", "3190001", Variant.ANNOUNCE, FIRST, LAST)


@pytest.mark.parametrize(
    ("today", "is_valid"),
    [
        (date(2000, 4, 30), False),
        (FIRST, True),
        (date(2000, 5, 20), True),
        (LAST, True),
        (date(2000, 6, 15), False),
    ],
)
def test_valid_from_the_first_day_to_the_last(session: Session, today: date, is_valid: bool) -> None:
    """R-200."""
    ChangedNumbers(session).put(CHANGE)
    assert ChangedNumbers(session).valid_for("3181001", today) == (CHANGE if is_valid else None)


def test_another_number_has_no_notice(session: Session) -> None:
    ChangedNumbers(session).put(CHANGE)
    assert ChangedNumbers(session).valid_for("3181002", FIRST) is None


def test_the_later_notice_counts_where_two_overlap(session: Session) -> None:
    notices = ChangedNumbers(session)
    later = ChangedNumber("3181001", "3190002", Variant.FORWARD, date(2000, 5, 10), date(2000, 5, 20))
    notices.put(later)
    notices.put(CHANGE)
    assert notices.valid_for("3181001", date(2000, 5, 9)) == CHANGE
    assert notices.valid_for("3181001", date(2000, 5, 10)) == later
    assert notices.valid_for("3181001", date(2000, 5, 21)) == CHANGE
    assert notices.all_of("3181001") == (CHANGE, later)


def test_put_again_corrects(session: Session) -> None:
    notices = ChangedNumbers(session)
    notices.put(CHANGE)
    notices.put(ChangedNumber("3181001", "3190009", Variant.FORWARD, FIRST, LAST))
    assert [change.new_number for change in notices.all_of("3181001")] == ["3190009"]


@pytest.mark.parametrize(
    ("variant", "announces", "forwards"),
    [
        (Variant.ANNOUNCE, True, False),
        (Variant.FORWARD, False, True),
        (Variant.ANNOUNCE_AND_FORWARD, True, True),
    ],
)
def test_variants(variant: Variant, announces: bool, forwards: bool) -> None:
    """R-201..R-203."""
    assert (variant.announces, variant.forwards) == (announces, forwards)


def test_senseless_notices_are_refused() -> None:
    with pytest.raises(NoticePeriodWrongError, match="3181001: valid until 2000-05-01, which is before 2000-06-14"):
        ChangedNumber("3181001", "3190001", Variant.ANNOUNCE, LAST, FIRST)
    for new_number in ("", "31900o1", "３１９"):
        with pytest.raises(NewNumberMissingError, match="3181001"):
            ChangedNumber("3181001", new_number, Variant.ANNOUNCE, FIRST, LAST)
