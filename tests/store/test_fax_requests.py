from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from kmcc.store.fax_requests import FaxRequest, FaxRequests
from kmcc.switch.announce import Language

ASKED = datetime(2000, 5, 22, 1, 30, tzinfo=UTC)
BILL = FaxRequest("c1", ASKED, "bill", "3190001", "3190001", Language.ZH)


def test_what_was_asked_for_waits_oldest_first(session: Session) -> None:
    requests = FaxRequests(session)
    public = FaxRequest("c0", ASKED - timedelta(hours=1), "telecom-services", "3190002", None, Language.EN)
    requests.put(BILL)
    requests.put(public)
    assert requests.waiting() == (public, BILL)


def test_twice_in_one_call_is_once(session: Session) -> None:
    requests = FaxRequests(session)
    requests.put(BILL)
    requests.put(BILL)
    assert requests.waiting() == (BILL,)
