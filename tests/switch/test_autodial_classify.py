"""The classifier, call by call. A script is (second, what): a Signal, or a Cause that released the call."""

import pytest

from kmcc.switch.autodial.classify import (
    BY_SIGNAL,
    RELEASES,
    TONES,
    Classifier,
    ClassifierError,
    Signal,
    State,
    Supervision,
)
from kmcc.switch.autodial.party import Heard, Party, PartySettings
from kmcc.switch.autodial.result import Result
from kmcc.switch.circuit import Cause

S, E1, LOOP = Signal, Supervision.SIGNAL, Supervision.VOICE
Script = list[tuple[int, Signal | Cause]]


def play(script: Script, supervision: Supervision) -> tuple[Classifier, list[Result | None]]:
    classifier = Classifier(0, supervision)
    heard: list[Result | None] = []
    for second, what in script:
        if isinstance(what, Cause):
            heard.append(classifier.release(what, second * 1000))
        else:
            heard.append(classifier.receive(what, second * 1000))
    return classifier, heard


CALLS: list[tuple[str, Supervision, Script, Result]] = [
    ("heard fully", E1, [(2, S.ALERTING), (3, S.RING_BACK), (9, S.ANSWER), (40, S.NOTICE_PLAYED)], Result.ANSWERED),
    ("answered at once", E1, [(2, S.ANSWER), (40, S.NOTICE_PLAYED)], Result.ANSWERED),
    ("hung up", E1, [(2, S.ALERTING), (9, S.ANSWER), (20, Cause.CALLED_HUNG_UP)], Result.ANSWERED_PART),
    ("hung up, a tone tells", LOOP, [(3, S.RING_BACK), (9, S.VOICE_ON), (20, S.BUSY_TONE)], Result.ANSWERED_PART),
    ("hung up, dial tone", LOOP, [(3, S.RING_BACK), (9, S.VOICE_ON), (20, S.DIAL_TONE)], Result.ANSWERED_PART),
    ("voice answers a loop", LOOP, [(3, S.RING_BACK), (9, S.VOICE_ON), (40, S.NOTICE_PLAYED)], Result.ANSWERED),
    ("busy in band", E1, [(2, S.BUSY_TONE)], Result.BUSY),
    ("busy by signal", E1, [(2, Cause.BUSY)], Result.BUSY),
    ("busy after ring-back", LOOP, [(2, S.RING_BACK), (5, S.BUSY_TONE)], Result.BUSY),
    ("congestion in band", LOOP, [(2, S.CONGESTION_TONE)], Result.CONGESTION),
    ("congestion by signal", E1, [(2, Cause.CONGESTION)], Result.CONGESTION),
    ("vacant in band", LOOP, [(2, S.VACANT_TONE)], Result.VACANT),
    ("vacant by signal", E1, [(2, Cause.VACANT_NUMBER)], Result.VACANT),
    ("rings for ever", LOOP, [(3, S.RING_BACK), (7, S.RING_BACK), (63, S.TIMEOUT)], Result.NO_ANSWER),
    ("network gives up", E1, [(3, S.ALERTING), (50, Cause.NO_ANSWER)], Result.NO_ANSWER),
    ("refused", E1, [(3, S.ALERTING), (5, Cause.REFUSED)], Result.NO_ANSWER),
    ("dead line", LOOP, [(30, S.TIMEOUT)], Result.FAILED),
    ("dial tone again", LOOP, [(3, S.DIAL_TONE)], Result.FAILED),
    ("an announcement", E1, [(3, S.VOICE_ON), (8, S.VOICE_OFF), (30, S.TIMEOUT)], Result.FAILED),
    ("an announcement, then vacant", LOOP, [(3, S.VOICE_ON), (8, S.VACANT_TONE)], Result.VACANT),
    ("signalling fault", E1, [(3, Cause.SIGNALLING_FAILURE)], Result.FAILED),
]


@pytest.mark.parametrize(("supervision", "script", "result"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
def test_calls(supervision: Supervision, script: Script, result: Result) -> None:
    classifier, heard = play(script, supervision)
    assert heard == [*[None] * (len(script) - 1), result]
    assert (classifier.result, classifier.state, classifier.deadline_ms) == (result, State.DONE, None)


def test_the_deadline_runs_from_dialling_then_from_the_first_ring_back() -> None:
    classifier = Classifier(1_000, LOOP)
    assert classifier.deadline_ms == 31_000
    classifier.receive(S.RING_BACK, 4_000)
    classifier.receive(S.RING_BACK, 8_000)
    assert classifier.deadline_ms == 64_000
    assert classifier.receive(S.TIMEOUT, 63_999) is None
    assert classifier.receive(S.TIMEOUT, 64_000) is Result.NO_ANSWER


def test_there_is_no_limit_after_answer() -> None:
    classifier, _ = play([(3, S.RING_BACK), (9, S.ANSWER)], E1)
    assert classifier.deadline_ms is None
    assert classifier.receive(S.TIMEOUT, 10**9) is None


def test_a_voice_over_ring_back_is_no_answer_where_a_signal_tells_it() -> None:
    classifier, _ = play([(3, S.ALERTING), (9, S.VOICE_ON)], E1)
    assert classifier.state is State.RINGING
    assert classifier.receive(S.TIMEOUT, 63_000) is Result.NO_ANSWER


@pytest.mark.parametrize("supervision", list(Supervision))
@pytest.mark.parametrize("signal", list(Signal))
def test_a_result_is_told_once(supervision: Supervision, signal: Signal) -> None:
    classifier, _ = play([(2, S.BUSY_TONE)], supervision)
    assert classifier.receive(signal, 10**9) is None
    assert classifier.release(Cause.NORMAL, 10**9) is None
    assert classifier.result is Result.BUSY


def test_every_cause_has_a_result_and_every_open_state_an_end() -> None:
    assert set(RELEASES) == set(Cause)
    assert {state for (state, _), (to, _) in BY_SIGNAL.items() if to is State.DONE} == set(State) - {State.DONE}
    assert all((result is None) == (to is not State.DONE) for to, result in BY_SIGNAL.values())


@pytest.mark.parametrize("cause", list(Cause))
def test_every_release_after_answer_is_heard_in_part(cause: Cause) -> None:
    _, heard = play([(3, S.ANSWER), (9, cause)], E1)
    assert heard[-1] is Result.ANSWERED_PART


def test_tones_by_name() -> None:
    assert list(TONES) == ["ring_back", "busy", "congestion", "vacant", "dial"]
    classifier = Classifier(0, E1)
    assert classifier.hear_tone("ring_back", 2_000) is None
    assert classifier.hear_tone("busy", 3_000) is Result.BUSY
    with pytest.raises(ClassifierError, match="no such tone: waltz"):
        classifier.hear_tone("waltz", 4_000)


def test_who_answered_is_found_out_when_asked_for() -> None:
    classifier = Classifier(0, LOOP, party=PartySettings())
    assert classifier.receive(S.RING_BACK, 3_000) is None
    assert classifier.hear(Heard.VOICE_ON, 9_000, 8_980) is None
    assert (classifier.state, classifier.is_listening, classifier.deadline_ms) == (State.ANSWERED, True, 11_704)
    assert classifier.receive(S.TIMEOUT, 11_500) is None
    assert classifier.receive(S.TIMEOUT, 11_704) is Result.MACHINE
    assert classifier.party is not None
    assert classifier.party.party is Party.MACHINE


def test_a_person_is_talked_to() -> None:
    classifier = Classifier(0, E1, party=PartySettings())
    assert classifier.hear(Heard.VOICE_ON, 1_000, 1_000) is None  # an announcement before the answer
    classifier.receive(S.ANSWER, 3_000)
    classifier.hear(Heard.VOICE_ON, 3_524, 3_500)
    classifier.hear(Heard.VOICE_OFF, 4_304, 4_000)
    assert classifier.is_listening
    assert classifier.receive(S.TIMEOUT, 4_800) is None
    assert classifier.party is not None
    assert classifier.party.party is Party.HUMAN
    assert (classifier.is_listening, classifier.state, classifier.deadline_ms) == (False, State.ANSWERED, None)
    assert classifier.receive(S.NOTICE_PLAYED, 30_000) is Result.ANSWERED


@pytest.mark.parametrize(
    ("heard", "result"), [(Heard.CNG, Result.FAX), (Heard.MODEM_TONE, Result.FAX), (Heard.NETWORK_TONE, None)]
)
def test_tones_after_the_answer(heard: Heard, result: Result | None) -> None:
    classifier = Classifier(0, E1, party=PartySettings())
    classifier.receive(S.ANSWER, 3_000)
    assert classifier.hear(heard, 4_000, 4_000) is result


def test_a_network_tone_after_the_answer_ends_the_call() -> None:
    classifier = Classifier(0, E1, party=PartySettings())
    classifier.receive(S.ANSWER, 3_000)
    assert classifier.hear_tone("busy", 6_000) is Result.ANSWERED_PART
    assert classifier.party is not None
    assert classifier.party.party is Party.NETWORK_TONE
