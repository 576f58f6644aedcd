"""Every failed call has its reason in words, in both languages."""

import pytest

from kmcc.signaling.china1.terms import Failure
from kmcc.switch.circuit import Cause
from kmcc.trace.reason import CAUSE_ZH, Reason, reason_of

REASONS = [
    ("busy", [], "busy", "被叫忙"),
    ("caller hung up", [], "caller hung up before answer", "应答前主叫挂机"),
    ("vacant number", [("in/1", "vacant number")], "vacant number, on in/1", "空号，电路 in/1"),
    ("busy", [("out/2", "called subscriber busy")], "called subscriber busy, on out/2", "被叫忙，电路 out/2"),
    (
        "signalling failure",
        [("out/2", "no seizing acknowledgement"), ("out/3", "T2: the backward signal does not stop")],
        "signalling failure: T2: the backward signal does not stop, on out/3",
        "信令故障：T2：后向信号不停，电路 out/3",
    ),
    ("a cause of later", [("x/1", "a failure of later")], "a cause of later", "a cause of later"),
]


@pytest.mark.parametrize(("cause", "failures", "english", "zh"), REASONS)
def test_reason(cause: str, failures: list[tuple[str, str]], english: str, zh: str) -> None:
    assert reason_of(cause, failures, is_answered=False) == Reason(english, zh)


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("failure", [None, *Failure])
def test_there_are_words_for_all(cause: Cause, failure: Failure | None) -> None:
    failures = [] if failure is None else [("in/1", failure.value)]
    reason = reason_of(cause.words, failures, is_answered=False)
    assert cause.words in CAUSE_ZH
    if cause is Cause.NORMAL:
        assert reason is None
        return
    assert reason is not None
    assert reason.words("en") == reason.english
    assert reason.words("zh") == reason.chinese
    assert any("\u4e00" <= letter <= "\u9fff" for letter in reason.chinese)


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.CALLER_HUNG_UP, Cause.CALLED_HUNG_UP])
def test_an_answered_call_that_somebody_ended_is_no_failure(cause: Cause) -> None:
    assert reason_of(cause.words, [], is_answered=True) is None


def test_an_answered_call_that_broke_is_one() -> None:
    assert reason_of("circuit fault", [("in/1", "line fault")], is_answered=True) is not None
