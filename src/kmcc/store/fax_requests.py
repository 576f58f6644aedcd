"""Documents that callers have asked for by fax and that are not sent yet (R-248)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kmcc.store.tables import FaxRequestRow
from kmcc.switch.announce import Language


@dataclass(frozen=True, slots=True)
class FaxRequest:
    """`number` is where it goes; `account` the customer whose document it is, None = a public one."""

    call: str
    asked_at: datetime
    document: str
    number: str
    account: str | None
    language: Language


class FaxRequests:
    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, request: FaxRequest) -> None:
        """Add it; who asks for the same document twice in one call gets it once."""
        self._session.merge(
            FaxRequestRow(
                call=request.call,
                document=request.document,
                number=request.number,
                asked_at=request.asked_at,
                account=request.account,
                language=request.language.value,
            )
        )

    def waiting(self) -> tuple[FaxRequest, ...]:
        """Oldest first."""
        rows = self._session.scalars(select(FaxRequestRow).order_by(FaxRequestRow.asked_at, FaxRequestRow.call))
        return tuple(_value(row) for row in rows)


def _value(row: FaxRequestRow) -> FaxRequest:
    return FaxRequest(row.call, row.asked_at, row.document, row.number, row.account, Language(row.language))
