"""Identity: account and password by keys, two tries, then the service ends (R-239, R-242, R-244, P-05, P-06).

What the caller hears never tells whether the account or the password was wrong, or whether the account is locked.
"""

from dataclasses import dataclass, field
from typing import Final

from kmcc.store.customers import Customer
from kmcc.store.database import Database
from kmcc.store.passwords import LockOut, LoginCheck, Passwords, Verdict
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call, CallEnded, Secrecy
from kmcc.switch.circuit import Cause

MAX_KEYS: Final = 32  # far above any account or password: the hash key ends the entry and is not left for what follows


@dataclass(frozen=True, slots=True)
class IdentityRules:
    tries: int = 2  # P-06
    key_timeout_s: float = 5.0
    lock_out: LockOut = field(default_factory=LockOut)


async def identify(call: Call, database: Database, calendar: Calendar, rules: IdentityRules) -> Customer:
    """Whoever comes out of here has said the password; for all others the call is over."""
    for left in reversed(range(rules.tries)):
        customer = await _ask(call, database, calendar, rules)
        if customer is not None:
            call.note("identity.verified", number=customer.number, contract=customer.contract)
            return customer
        await call.play(("password-wrong",) if left else ("password-wrong-twice", "goodbye"))
    call.note("identity.failed", tries=rules.tries)
    await call.release(Cause.AUTHENTICATION_FAILED)
    raise CallEnded(Cause.AUTHENTICATION_FAILED)  # release has raised it


async def _ask(call: Call, database: Database, calendar: Calendar, rules: IdentityRules) -> Customer | None:
    # Secret too: who forgets the hash key says his password here.
    account = await call.collect(
        ("enter-number",), digits=MAX_KEYS, timeout_s=rules.key_timeout_s, secret=Secrecy.SECRET
    )
    password = await call.collect(
        ("enter-password",), digits=MAX_KEYS, timeout_s=rules.key_timeout_s, secret=Secrecy.SECRET
    )
    if not account:
        return None
    now = calendar.now()
    check = await database.run(
        lambda session: Passwords(session, lock_out=rules.lock_out).check(account, password, now)
    )
    _note(call, check)
    return check.customer


def _note(call: Call, check: LoginCheck) -> None:
    if check.verdict is Verdict.RIGHT:
        return
    call.note("identity.refused", verdict=check.verdict.value, failures=check.failures)
    if check.locks:
        call.note("alarm.lock_out", failures=check.failures)
