import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from kmcc.store.customers import Customer, Customers
from kmcc.store.errors import PasswordMalformedError, UnknownNumberError
from kmcc.store.passwords import Cost, LockOut, LoginCheck, Passwords, Verdict

NOW = datetime(2000, 5, 1, 8, 0, tzinfo=UTC)
CHEAP = Cost(n=4, r=1, p=1)
RIGHT, WRONG = "482915", "482916"


def passwords_of(session: Session, *, lock_out: LockOut = LockOut(failures=3, for_s=60)) -> Passwords:  # noqa: B008
    return Passwords(session, cost=CHEAP, lock_out=lock_out, new_salt=lambda: b"0123456789abcdef")


@pytest.fixture
def passwords(session: Session) -> Passwords:
    for number, contract in (("3190001", "KM-1001"), ("3190002", "KM-1001"), ("3190003", "KM-1002")):
        Customers(session).put(Customer(number, "李云", contract))
    session.flush()
    made = passwords_of(session)
    made.put("3190001", RIGHT, NOW)
    return made


@pytest.mark.parametrize("account", ["3190001", "3190002", "KM-1001"])
def test_every_line_and_the_contract_have_one_password(passwords: Passwords, account: str) -> None:
    """R-68."""
    check = passwords.check(account, RIGHT, NOW)
    assert check.verdict is Verdict.RIGHT
    assert check.customer is not None
    assert check.customer.contract == "KM-1001"


def test_a_second_password_replaces_the_first(passwords: Passwords) -> None:
    """R-67."""
    passwords.put("3190002", "111222", NOW)
    assert passwords.check("3190001", RIGHT, NOW).verdict is Verdict.WRONG
    assert passwords.check("3190001", "111222", NOW).verdict is Verdict.RIGHT


@pytest.mark.parametrize("given", ["", "48291", "4829155", "48291a", "４８２９１５", " 48291", "48291\n", "-48291"])
def test_what_is_not_six_digits_is_refused_and_not_repeated(passwords: Passwords, given: str) -> None:
    """P-05."""
    with pytest.raises(PasswordMalformedError) as caught:
        passwords.put("3190001", given, NOW)
    assert str(caught.value) == "a password is exactly 6 digits 0-9"
    assert passwords.check("3190001", RIGHT, NOW).verdict is Verdict.RIGHT


def test_a_stranger_gets_no_password(passwords: Passwords) -> None:
    with pytest.raises(UnknownNumberError, match="3199999"):
        passwords.put("3199999", RIGHT, NOW)


def test_what_is_kept_is_salt_and_scrypt(session: Session, passwords: Passwords) -> None:
    """Against hashlib called with the parameters written here."""
    row = session.execute(text("SELECT * FROM credentials")).one()
    assert row.hash == hashlib.scrypt(RIGHT.encode(), salt=b"0123456789abcdef", n=4, r=1, p=1, dklen=32)
    assert (row.salt, row.cost_n, row.cost_r, row.cost_p) == (b"0123456789abcdef", 4, 1, 1)
    assert all(RIGHT.encode() not in str(value).encode() for value in row)


def test_a_statement_that_fails_does_not_show_its_parameters(session: Session, passwords: Passwords) -> None:
    """Salt and hash are what somebody needs to try out a million passwords at home."""
    with pytest.raises(StatementError, match="needs a time zone") as caught:
        passwords.put("3190003", RIGHT, NOW.replace(tzinfo=None))
    assert "0123456789abcdef" not in str(caught.value)
    session.rollback()


def test_salts_differ_unless_they_are_given(session: Session, passwords: Passwords) -> None:
    for account in ("3190001", "3190003"):
        Passwords(session, cost=CHEAP).put(account, RIGHT, NOW)
    salts = session.execute(text("SELECT salt FROM credentials")).scalars().all()
    assert len(set(salts)) == 2
    assert [len(salt) for salt in salts] == [16, 16]


def test_a_higher_cost_later_leaves_old_passwords_good(session: Session, passwords: Passwords) -> None:
    dearer = Passwords(session, cost=Cost(n=16, r=2, p=1))
    assert dearer.check("3190001", RIGHT, NOW).verdict is Verdict.RIGHT


def test_the_default_cost_works(session: Session, passwords: Passwords) -> None:
    Passwords(session).put("3190001", RIGHT, NOW)
    assert Passwords(session).check("3190001", RIGHT, NOW).verdict is Verdict.RIGHT


@pytest.mark.parametrize("account", ["3190001", "3190003", "3199999", "KM-9"])
def test_wrong_absent_and_unknown_are_counted_and_answered_alike(passwords: Passwords, account: str) -> None:
    """3190003 has no password, 3199999 is nobody's number."""
    checks = [passwords.check(account, WRONG, NOW) for _ in range(4)]
    assert checks == [
        LoginCheck(Verdict.WRONG, failures=1),
        LoginCheck(Verdict.WRONG, failures=2),
        LoginCheck(Verdict.WRONG, failures=3, locks=True),
        LoginCheck(Verdict.LOCKED, failures=3),
    ]


def test_a_locked_account_refuses_the_right_password_until_the_time_is_over(passwords: Passwords) -> None:
    for _ in range(3):
        passwords.check("3190001", WRONG, NOW)
    assert passwords.check("3190002", RIGHT, NOW + timedelta(seconds=59)).verdict is Verdict.LOCKED
    assert passwords.check("3190002", RIGHT, NOW + timedelta(seconds=60)).verdict is Verdict.RIGHT


def test_after_the_lock_the_count_begins_again(passwords: Passwords) -> None:
    for _ in range(3):
        passwords.check("3190001", WRONG, NOW)
    later = NOW + timedelta(seconds=60)
    assert passwords.check("3190001", WRONG, later) == LoginCheck(Verdict.WRONG, failures=1)


def test_the_right_password_clears_the_count(passwords: Passwords) -> None:
    for _ in range(2):
        passwords.check("3190001", WRONG, NOW)
    passwords.check("3190001", RIGHT, NOW)
    assert passwords.check("3190001", WRONG, NOW).failures == 1


def test_a_new_password_lifts_the_lock(passwords: Passwords) -> None:
    for _ in range(3):
        passwords.check("3190001", WRONG, NOW)
    passwords.put("3190001", "111222", NOW)
    assert passwords.check("3190001", "111222", NOW).verdict is Verdict.RIGHT


def test_whether_there_is_a_password(passwords: Passwords) -> None:
    assert [passwords.has(account) for account in ("3190002", "KM-1001", "3190003", "3199999")] == [
        True,
        True,
        False,
        False,
    ]


@given(guess=st.text(max_size=8))
def test_nothing_else_opens(guess: str) -> None:
    from kmcc.store.passwords import _matches, _scrypt  # noqa: PLC0415
    from kmcc.store.tables import CredentialRow  # noqa: PLC0415

    row = CredentialRow(salt=b"s" * 16, hash=_scrypt(RIGHT, b"s" * 16, CHEAP), cost_n=4, cost_r=1, cost_p=1)
    assert _matches(row, guess, CHEAP) == (guess == RIGHT)
