"""Passwords of contracts: set, checked and locked after too many failures (R-65..R-68, R-244, R-335).

Only salt and scrypt hash are kept (RFC 7914). A check takes the same way, the same work and the same answer whether
the account is unknown, has no password, is locked, or the password is wrong.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy.orm import Session

from kmcc.store.customers import Customer, Customers
from kmcc.store.errors import PasswordMalformedError, UnknownNumberError
from kmcc.store.tables import CredentialRow, LoginAttemptRow

DIGITS: Final = 6  # P-05
HASH_OCTETS: Final = 32
SALT_OCTETS: Final = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: 128 * n * r octets of memory, time in proportion. Kept beside each hash."""

    n: int = 2**14
    r: int = 8
    p: int = 1


@dataclass(frozen=True, slots=True)
class LockOut:
    """After `failures` wrong passwords in a row the account is closed for `for_s` seconds."""

    failures: int = 6
    for_s: float = 3600.0


COST: Final = Cost()
LOCK_OUT: Final = LockOut()


class Verdict(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # for the alarm and the records; the caller hears the same as for WRONG


@dataclass(frozen=True, slots=True)
class LoginCheck:
    """`customer` is there only when the password is right; `locks` says that this failure closed the account."""

    verdict: Verdict
    customer: Customer | None = None
    failures: int = 0
    locks: bool = False


def _new_salt() -> bytes:
    return secrets.token_bytes(SALT_OCTETS)


class Passwords:
    def __init__(
        self,
        session: Session,
        *,
        cost: Cost = COST,
        lock_out: LockOut = LOCK_OUT,
        new_salt: Callable[[], bytes] = _new_salt,
    ) -> None:
        self._session = session
        self._customers = Customers(session)
        self._cost = cost
        self._lock_out = lock_out
        self._new_salt = new_salt

    def put(self, account: str, password: str, now: datetime) -> None:
        """Give the account's contract this password instead of any earlier one; the lock is lifted."""
        if not _well_formed(password):
            raise PasswordMalformedError(DIGITS)
        customer = self._customers.of_account(account)
        if customer is None:
            raise UnknownNumberError(account)
        salt, cost = self._new_salt(), self._cost
        row = CredentialRow(
            contract=customer.contract,
            salt=salt,
            hash=_scrypt(password, salt, cost),
            cost_n=cost.n,
            cost_r=cost.r,
            cost_p=cost.p,
            set_at=now,
        )
        self._session.merge(row)
        self._forget(customer.contract)

    def has(self, account: str) -> bool:
        customer = self._customers.of_account(account)
        return customer is not None and self._session.get(CredentialRow, customer.contract) is not None

    def check(self, account: str, password: str, now: datetime) -> LoginCheck:
        """`account` is a number or a contract. The failure is counted in the caller's transaction."""
        customer = self._customers.of_account(account)
        counted = account if customer is None else customer.contract
        row = None if customer is None else self._session.get(CredentialRow, customer.contract)
        is_right = _matches(row, password, self._cost)
        attempts = self._session.get(LoginAttemptRow, counted)
        if attempts is not None and attempts.locked_until is not None:
            if now < attempts.locked_until:
                return LoginCheck(Verdict.LOCKED, failures=attempts.failures)
            self._forget(counted)
        if is_right:
            self._forget(counted)
            return LoginCheck(Verdict.RIGHT, customer)
        return self._count(counted, now)

    def _count(self, counted: str, now: datetime) -> LoginCheck:
        attempts = self._session.get(LoginAttemptRow, counted)
        if attempts is None:
            attempts = LoginAttemptRow(account=counted, failures=0, last_at=now)
            self._session.add(attempts)
        attempts.failures += 1
        attempts.last_at = now
        locks = attempts.failures >= self._lock_out.failures
        if locks:
            attempts.locked_until = now + timedelta(seconds=self._lock_out.for_s)
        return LoginCheck(Verdict.WRONG, failures=attempts.failures, locks=locks)

    def _forget(self, counted: str) -> None:
        attempts = self._session.get(LoginAttemptRow, counted)
        if attempts is not None:
            self._session.delete(attempts)
            self._session.flush()


def _well_formed(password: str) -> bool:
    return len(password) == DIGITS and password.isascii() and password.isdigit()


def _matches(row: CredentialRow | None, password: str, cost: Cost) -> bool:
    if row is None:  # the same work, so that time does not tell who has a password
        _scrypt(password, bytes(SALT_OCTETS), cost)
        return False
    found = _scrypt(password, row.salt, Cost(row.cost_n, row.cost_r, row.cost_p))
    return hmac.compare_digest(found, row.hash)


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    need = 128 * cost.r * (cost.n + cost.p + 2)
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=need + 2**20, dklen=HASH_OCTETS
    )
