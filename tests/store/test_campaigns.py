"""Campaigns, attempts, answers and the do-not-call list in the database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from kmcc.store.campaigns import Attempt, Campaigns
from kmcc.store.do_not_call import DoNotCall, Protected
from kmcc.store.errors import CampaignExistsError, UnknownCampaignError
from kmcc.switch.autodial.events import Dial, Verdict
from kmcc.switch.autodial.plan import Contact
from kmcc.switch.autodial.preflight import Preflight, Skipped, SkipReason
from kmcc.switch.autodial.progress import ContactSnapshot, State, Try
from kmcc.switch.autodial.result import Result

NOW = datetime(2000, 5, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
LI = Contact("li", ("3190001", "3190002"), ZoneInfo("Asia/Urumqi"), {"owed": "3560"})
WANG = Contact("wang", ("3190003",), None, {})
BAD = Contact("bad", ("home",), None, {})
CHECK = Preflight((LI, WANG), (Skipped(BAD, SkipReason.NOT_A_NUMBER),))
CALL = Dial("li", "3190001", 1)


@pytest.fixture
def campaigns(session: Session) -> Campaigns:
    made = Campaigns(session)
    made.add("notice", "the file", CHECK, NOW)
    return made


def test_a_campaign_comes_back_as_it_was_put_down(campaigns: Campaigns) -> None:
    stored = campaigns.of("notice")
    assert (stored.definition, stored.state, stored.created_at, stored.started_at) == ("the file", State.NEW, NOW, None)
    assert campaigns.all() == (stored,)
    listed = campaigns.contact_list("notice")
    assert (listed.contacts, listed.skipped) == (CHECK.to_call, CHECK.skipped)
    assert listed.snapshot.contacts == (ContactSnapshot("li"), ContactSnapshot("wang"))


def test_a_name_is_taken_once_and_an_unknown_one_is_told(campaigns: Campaigns) -> None:
    with pytest.raises(CampaignExistsError, match="campaign notice exists already"):
        campaigns.add("notice", "", CHECK, NOW)
    with pytest.raises(UnknownCampaignError, match="there is no campaign other"):
        campaigns.of("other")
    with pytest.raises(UnknownCampaignError, match="there is no campaign notice, contact nobody"):
        campaigns.save("notice", ContactSnapshot("nobody"))


def test_states_keep_their_first_times(campaigns: Campaigns) -> None:
    campaigns.enter("notice", State.RUNNING, NOW)
    campaigns.enter("notice", State.STOPPED, LATER)
    campaigns.enter("notice", State.RUNNING, LATER)
    campaigns.enter("notice", State.FINISHED, LATER)
    stored = campaigns.of("notice")
    assert (stored.state, stored.started_at, stored.finished_at) == (State.FINISHED, NOW, LATER)


def test_an_attempt_is_open_until_it_is_closed(campaigns: Campaigns) -> None:
    campaigns.begin("notice", CALL, NOW)
    assert campaigns.contact_list("notice").snapshot.contacts[0].tries == (Try("3190001", NOW, None),)
    campaigns.took("notice", CALL, "804")
    campaigns.end("notice", CALL, Result.ANSWERED, LATER)
    campaigns.save("notice", ContactSnapshot("li", verdict=Verdict.REACHED, struck=frozenset({"3190001"})))
    assert campaigns.attempts("notice") == (Attempt("li", 1, "3190001", NOW, LATER, Result.ANSWERED, "804"),)
    saved = campaigns.contact_list("notice").snapshot.contacts[0]
    assert (saved.verdict, saved.struck) == (Verdict.REACHED, frozenset({"3190001"}))
    figures = campaigns.figures("notice")
    assert (figures.contacts, figures.attempts) == (2, 1)
    assert figures.skipped == {SkipReason.NOT_A_NUMBER: 1}
    assert figures.verdicts == {Verdict.REACHED: 1}
    assert figures.results == {Result.ANSWERED: 1}


def test_an_attempt_that_was_not_placed_leaves_nothing(campaigns: Campaigns) -> None:
    campaigns.begin("notice", CALL, NOW)
    campaigns.take_back("notice", CALL)
    campaigns.take_back("notice", CALL)
    assert campaigns.attempts("notice") == ()
    campaigns.begin("notice", CALL, LATER)
    assert campaigns.attempts("notice")[0].dialled_at == LATER


def test_calls_of_a_number_are_counted_over_all_campaigns(campaigns: Campaigns) -> None:
    campaigns.add("other", "", CHECK, NOW)
    campaigns.begin("notice", CALL, NOW)
    campaigns.begin("other", CALL, LATER)
    assert campaigns.calls_since(["3190001", "3190003"], NOW) == {"3190001": 2}
    assert campaigns.calls_since(None, LATER) == {"3190001": 1}


def test_the_last_key_counts_and_the_tally_is_of_last_keys(campaigns: Campaigns) -> None:
    campaigns.answer("notice", "li", "satisfied", "1", NOW)
    campaigns.answer("notice", "li", "satisfied", "2", LATER)
    campaigns.answer("notice", "wang", "satisfied", "2", LATER)
    assert campaigns.answers("notice") == {"li": {"satisfied": "2"}, "wang": {"satisfied": "2"}}
    assert campaigns.tally("notice") == {"satisfied": {"2": 2}}


def test_the_do_not_call_list(session: Session) -> None:
    listed = DoNotCall(session)
    assert listed.add("3190001", "by letter", NOW) == Protected("3190001", NOW, "by letter")
    assert listed.add("3190001", "by telephone", LATER) == Protected("3190001", NOW, "by letter")
    assert (listed.has("3190001"), listed.has("3190002")) == (True, False)
    assert listed.numbers() == frozenset({"3190001"})
    assert [one.number for one in listed.all()] == ["3190001"]
    assert (listed.remove("3190001"), listed.remove("3190001")) == (True, False)
