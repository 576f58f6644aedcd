"""Identity: whether account and password belong together (R-239, R-242, R-244, P-05, P-06).

What the caller hears never tells whether the account or the password was wrong, or whether the account is locked.
"""

from dataclasses import dataclass, field

from kmcc.store.database import Database
from kmcc.store.passwords import LockOut, LoginCheck, Passwords, Verdict
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.voice.function import Answer
from kmcc.switch.voice.value import Secret

WRONG = Answer("wrong")


@dataclass(frozen=True, slots=True)
class Identity:
    """The check of flows that is called `identity`."""

    database: Database
    calendar: Calendar
    lock_out: LockOut = field(default_factory=LockOut)

    async def check(self, call: Call, account: Secret, password: Secret) -> Answer:
        """Done with the `number` of whoever has said the password, or wrong; StoreError when it cannot be told."""
        now = self.calendar.now()
        check = await self.database.run(
            lambda session: Passwords(session, lock_out=self.lock_out).check(account.reveal(), password.reveal(), now)
        )
        if check.customer is None:
            _note(call, check)
            return WRONG
        call.note("identity.verified", number=check.customer.number, contract=check.customer.contract)
        return Answer(values={"number": check.customer.number})


def _note(call: Call, check: LoginCheck) -> None:
    if check.verdict is Verdict.RIGHT:
        return
    call.note("identity.refused", verdict=check.verdict.value, failures=check.failures)
    if check.locks:
        call.note("alarm.lock_out", failures=check.failures)
