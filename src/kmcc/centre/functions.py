"""The business functions that flows may ask for; each is a row with its signature (R-237, R-251).

Each is one transaction, in the thread of the store: it sees the session and the request, and says what is to be noted.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from kmcc.centre.bills import PROMPTS, bill_answer
from kmcc.store.changed_numbers import ChangedNumbers
from kmcc.store.customers import Customers
from kmcc.store.database import Database
from kmcc.store.errors import PasswordMalformedError, StoreError
from kmcc.store.passwords import Passwords
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.journal import Field
from kmcc.switch.voice.function import FAILED, Answer, Check, Function, Signature
from kmcc.switch.voice.value import Kind, Secret, Value

SIGNATURES: Final[Mapping[str, Signature]] = {
    "latest-bill": Signature({"number": Kind.DIGITS}, {"bill": Kind.SPEECH, "owed": Kind.AMOUNT}, prompts=PROMPTS),
    "changed-number": Signature({"number": Kind.DIGITS}, {"new_number": Kind.DIGITS}, ("unchanged",)),
    "own-line": Signature({}, {"number": Kind.DIGITS, "password": Kind.WORD}, ("unknown",)),
    "set-password": Signature(
        {"number": Kind.DIGITS, "password": Kind.SECRET, "again": Kind.SECRET}, {}, ("different", "malformed")
    ),
}


@dataclass(frozen=True, slots=True)
class Request:
    """`calling` None = the number was not given."""

    calling: str | None
    values: Mapping[str, Value]
    now: datetime

    def digits(self, name: str) -> str:
        return str(self.values[name])

    def secret(self, name: str) -> Secret:
        value = self.values[name]
        assert isinstance(value, Secret), "the signature says so"
        return value


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer, and an entry for the journal."""

    answer: Answer
    kind: str | None = None
    fields: Mapping[str, Field] | None = None


Work = Callable[[Session, Request], Reply]


def functions(database: Database, calendar: Calendar) -> Mapping[str, Function]:
    return {name: Function(SIGNATURES[name], _run(work, database, calendar)) for name, work in WORK.items()}


def _run(
    work: Work, database: Database, calendar: Calendar
) -> Callable[[Call, Mapping[str, Value]], Coroutine[Any, Any, Answer]]:
    async def run(call: Call, values: Mapping[str, Value]) -> Answer:
        request = Request(call.calling.number, values, calendar.now())
        try:
            reply = await database.run(lambda session: work(session, request))
        except StoreError as error:
            return store_failed(call, error)
        if reply.kind is not None:
            call.note(reply.kind, **(reply.fields or {}))
        return reply.answer

    return run


def guarded(check: Check) -> Check:
    """A check that fails with words when the store does."""

    async def checked(call: Call, account: Secret, password: Secret) -> Answer:
        try:
            return await check(call, account, password)
        except StoreError as error:
            return store_failed(call, error)

    return checked


def store_failed(call: Call, error: StoreError) -> Answer:
    """Without the database there is no answer; the caller is told so, and the flow goes on."""
    call.note("alarm.store", error=type(error).__name__)
    return Answer(FAILED)


def _latest_bill(session: Session, request: Request) -> Reply:
    number = request.digits("number")
    found = bill_answer(session, number)
    month = None if found.latest is None else str(found.latest.month)
    answer = Answer(values={"bill": found.speech(), "owed": found.owed_fen})
    return Reply(answer, "bill.told", {"number": number, "month": month})


def _changed_number(session: Session, request: Request) -> Reply:
    change = ChangedNumbers(session).valid_for(request.digits("number"), request.now.date())
    return Reply(Answer("unchanged") if change is None else Answer(values={"new_number": change.new_number}))


def _own_line(session: Session, request: Request) -> Reply:
    """Whose line it is, by its number alone: enough to set a password on it (R-65), and for nothing else (R-296)."""
    number = request.calling
    if number is None or Customers(session).of_number(number) is None:
        return Reply(Answer("unknown"), "password.refused", {"calling": number, "why": "not a customer's own line"})
    word = "set" if Passwords(session).has(number) else "unset"
    return Reply(Answer(values={"number": number, "password": word}))


def _set_password(session: Session, request: Request) -> Reply:
    number, password = request.digits("number"), request.secret("password")
    if password != request.secret("again"):
        return Reply(Answer("different"))
    try:
        Passwords(session).put(number, password.reveal(), request.now)
    except PasswordMalformedError:
        return Reply(Answer("malformed"))
    return Reply(Answer(), "password.set", {"number": number})


WORK: Final[Mapping[str, Work]] = {
    "latest-bill": _latest_bill,
    "changed-number": _changed_number,
    "own-line": _own_line,
    "set-password": _set_password,
}
