"""Who answered: scripts of what is heard, in ms from the answer; then every row, deadline and bad setting."""

import pytest

from kmcc.switch.autodial.party import (
    TABLE,
    TIMERS,
    Decision,
    Heard,
    Party,
    PartyError,
    PartyListener,
    PartySettings,
    State,
)

H, P = Heard, Party
Script = list[tuple[int, Heard]]
HANGOVER_MS = PartySettings().voice_off_ms


def said(start_ms: int, ms: int) -> Script:
    return [(start_ms + 24, H.VOICE_ON), (start_ms + ms + HANGOVER_MS, H.VOICE_OFF)]


def play(script: Script, settings: PartySettings | None = None) -> Decision:
    """The script with its edges as the detector tells them, and TIMEOUT whenever it is wanted."""
    listener = PartyListener(0, settings)
    late = {H.VOICE_ON: 24, H.VOICE_OFF: HANGOVER_MS}
    for at_ms, heard in [*script, (100_000, None)]:
        while listener.deadline_ms is not None and listener.deadline_ms <= at_ms:
            listener.receive(H.TIMEOUT, listener.deadline_ms)
        if heard is not None:
            listener.receive(heard, at_ms, at_ms - late.get(heard, 0))
    assert listener.decision is not None
    assert (listener.state, listener.deadline_ms) == (State.DONE, None)
    return listener.decision


CALLS: list[tuple[str, Script, Party, int]] = [
    ("one word", said(500, 300), P.HUMAN, 1600),
    ("two words", [*said(400, 250), *said(1000, 500)], P.HUMAN, 2300),
    ("a long greeting", said(400, 1900), P.HUMAN, 3100),
    ("an announcement", said(300, 9000), P.MACHINE, 3004),
    ("its sentences", [*said(300, 1100), *said(1900, 1100), *said(3500, 900)], P.MACHINE, 4004),
    ("a short announcement and its beep", [*said(300, 900), (1700, H.VOICE_ON), (1800, H.BEEP_ON), (2100, H.BEEP_OFF)],
     P.MACHINE, 2250),
    ("only a beep", [(700, H.VOICE_ON), (800, H.BEEP_ON), (1200, H.BEEP_OFF)], P.MACHINE, 1350),
    ("nobody speaks", [], P.SILENCE, 4000),
    ("a calling fax", [(600, H.VOICE_ON), (700, H.BEEP_ON), (1124, H.BEEP_OFF), (1126, H.CNG)], P.FAX, 1126),
    ("a fax", [(600, H.VOICE_ON), (1020, H.ANSWER_TONE)], P.FAX, 1170),
    ("a fax that sends no CED", [(600, H.VOICE_ON), (820, H.PREAMBLE)], P.FAX, 820),
    ("a modem with echo suppressors off", [(600, H.VOICE_ON), (1020, H.ANSWER_TONE), (1040, H.MODEM_TONE)],
     P.MODEM, 1040),
    ("ANSam", [(600, H.VOICE_ON), (1020, H.MODEM_TONE)], P.MODEM, 1020),
    ("a modem of another kind", [(600, H.VOICE_ON), (700, H.BEEP_ON)], P.MODEM, 4700),
    ("the network", [(2300, H.NETWORK_TONE)], P.NETWORK_TONE, 2300),
    ("words without end", [part for n in range(20) for part in said(300 + 800 * n, 90)], P.HUMAN, 12_000),
]  # fmt: skip


@pytest.mark.parametrize(("script", "party", "after_ms"), [call[1:] for call in CALLS], ids=[call[0] for call in CALLS])
def test_calls(script: Script, party: Party, after_ms: int) -> None:
    decision = play(script)
    assert (decision.party, decision.after_ms) == (party, after_ms)
    assert decision.reason


def test_what_was_said_is_told_with_the_decision() -> None:
    decision = play([*said(400, 250), *said(1000, 500)])
    assert (decision.utterances, decision.spoken_ms) == (2, 750)


def test_settings_move_the_limits() -> None:
    assert play(said(400, 1900), PartySettings(greeting_ms=1500)).party is P.MACHINE
    assert play([*said(400, 300), *said(1600, 300)], PartySettings(after_greeting_ms=1200)).after_ms == 3100
    assert play([], PartySettings(initial_silence_ms=900)).after_ms == 900


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"greeting_ms": 0}, "greeting_ms 0: expected 1..60000 ms"),
        ({"total_ms": 60_001}, "total_ms 60001"),
        ({"after_greeting_ms": 300}, "more than voice_off_ms"),
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, int], words: str) -> None:
    with pytest.raises(PartyError, match=words):
        PartySettings(**wrong)


def test_every_open_state_has_a_timer_that_ends_it() -> None:
    assert set(TIMERS) == set(State) - {State.DONE}
    assert all((state, H.TIMEOUT) in TABLE for state in TIMERS)
    assert all((party is None) == (to is not State.DONE) for to, party, _ in TABLE.values())


@pytest.mark.parametrize("state", list(TIMERS))
@pytest.mark.parametrize("heard", list(Heard))
def test_a_pair_without_a_row_changes_nothing(state: State, heard: Heard) -> None:
    ways: dict[State, list[Heard]] = {
        State.QUIET: [], State.SPEAKING: [H.VOICE_ON], State.PAUSED: [H.VOICE_ON, H.VOICE_OFF],
        State.BEEPING: [H.BEEP_ON], State.BEEPED: [H.BEEP_ON, H.BEEP_OFF], State.ANSWER_TONE: [H.ANSWER_TONE],
    }  # fmt: skip
    listener = PartyListener(0)
    for each in ways[state]:
        listener.receive(each, 100)
    assert listener.state is state
    deadline_ms = listener.deadline_ms
    listener.receive(heard, 200)  # too early for a TIMEOUT
    if heard is H.TIMEOUT or (state, heard) not in TABLE:
        assert (listener.state, listener.deadline_ms) == (state, deadline_ms)
    else:
        assert listener.state is TABLE[state, heard][0]


def test_a_decision_is_told_once() -> None:
    listener = PartyListener(0)
    assert listener.receive(H.CNG, 900) is not None
    assert [listener.receive(heard, 1000 + n) for n, heard in enumerate(Heard)] == [None] * len(Heard)
