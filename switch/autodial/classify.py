"""What became of an outgoing call: circuit indications, progress tones and voice in, one Result out (R-178).

Who answered is party.py's to tell, if it is asked for. No I/O, no clock: each signal carries its time, `deadline_ms`
says when to send TIMEOUT. Tones in band count as much as signals do, for an analogue line has nothing else. What a pair
without a row tells is nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.switch.autodial.party import Decision, Heard, Party, PartyListener, PartySettings
from kmcc.switch.autodial.result import Result
from kmcc.switch.circuit import Cause
from kmcc.switch.errors import SwitchError


class State(Enum):
    DIALLED = "dialled"  # nothing heard yet
    RINGING = "ringing"
    SPOKEN_TO = "spoken to"  # a voice without ring-back before answer: an announcement of the network
    ANSWERED = "answered"
    DONE = "done"


class Signal(Enum):
    """The names of tones are those of the progress tone recogniser."""

    ALERTING = "alerting"
    ANSWER = "answer"
    RING_BACK = "ring_back"
    BUSY_TONE = "busy"
    CONGESTION_TONE = "congestion"
    VACANT_TONE = "vacant"
    DIAL_TONE = "dial"
    VOICE_ON = "voice on"
    VOICE_OFF = "voice off"
    MACHINE = "answering machine"
    FAX = "fax or modem"
    NOTICE_PLAYED = "notice played"
    TIMEOUT = "timeout"


TONES: Final[Mapping[str, Signal]] = MappingProxyType(
    {
        s.value: s
        for s in (Signal.RING_BACK, Signal.BUSY_TONE, Signal.CONGESTION_TONE, Signal.VACANT_TONE, Signal.DIAL_TONE)
    }
)


VOICES: Final[Mapping[Heard, Signal]] = MappingProxyType(
    {Heard.VOICE_ON: Signal.VOICE_ON, Heard.VOICE_OFF: Signal.VOICE_OFF}
)


class Supervision(Enum):
    """How the line tells the answer."""

    SIGNAL = "signal"  # E1 signalling, or polarity reversal
    VOICE = "voice"  # plain analogue line: whoever speaks after ring-back has answered


_S, _I, _R = State, Signal, Result
Row = tuple[State, Result | None]
Table = Mapping[tuple[State, Signal], Row]


def _before_answer(state: State) -> dict[tuple[State, Signal], Row]:
    return {
        (state, _I.ALERTING): (_S.RINGING, None),
        (state, _I.RING_BACK): (_S.RINGING, None),
        (state, _I.ANSWER): (_S.ANSWERED, None),
        (state, _I.BUSY_TONE): (_S.DONE, _R.BUSY),
        (state, _I.CONGESTION_TONE): (_S.DONE, _R.CONGESTION),
        (state, _I.VACANT_TONE): (_S.DONE, _R.VACANT),
        (state, _I.DIAL_TONE): (_S.DONE, _R.FAILED),  # the exchange did not take our digits, or gave the line back
    }


BY_SIGNAL: Final[Table] = MappingProxyType(
    {
        **_before_answer(_S.DIALLED),
        (_S.DIALLED, _I.VOICE_ON): (_S.SPOKEN_TO, None),
        (_S.DIALLED, _I.TIMEOUT): (_S.DONE, _R.FAILED),  # dead line
        **_before_answer(_S.SPOKEN_TO),
        (_S.SPOKEN_TO, _I.TIMEOUT): (_S.DONE, _R.FAILED),  # what it said is not known to us
        **_before_answer(_S.RINGING),
        (_S.RINGING, _I.TIMEOUT): (_S.DONE, _R.NO_ANSWER),
        (_S.ANSWERED, _I.NOTICE_PLAYED): (_S.DONE, _R.ANSWERED),
        (_S.ANSWERED, _I.MACHINE): (_S.DONE, _R.MACHINE),
        (_S.ANSWERED, _I.FAX): (_S.DONE, _R.FAX),
        # The far exchange tells an analogue line by a tone that the party hung up.
        (_S.ANSWERED, _I.BUSY_TONE): (_S.DONE, _R.ANSWERED_PART),
        (_S.ANSWERED, _I.CONGESTION_TONE): (_S.DONE, _R.ANSWERED_PART),
        (_S.ANSWERED, _I.DIAL_TONE): (_S.DONE, _R.ANSWERED_PART),
    }
)
BY_VOICE: Final[Table] = MappingProxyType({**BY_SIGNAL, (_S.RINGING, _I.VOICE_ON): (_S.ANSWERED, None)})
TABLES: Final[Mapping[Supervision, Table]] = MappingProxyType(
    {Supervision.SIGNAL: BY_SIGNAL, Supervision.VOICE: BY_VOICE}
)

# What a party means for the call: one that is silent or speaks is talked to.
PARTIES: Final[Mapping[Party, Signal | None]] = MappingProxyType(
    {
        Party.HUMAN: None,
        Party.SILENCE: None,
        Party.MACHINE: _I.MACHINE,
        Party.FAX: _I.FAX,
        Party.MODEM: _I.FAX,
        Party.NETWORK_TONE: None,  # the tone itself tells what became of the call
    }
)

# A release before answer. After answer every release is ANSWERED_PART: the notice was not over.
RELEASES: Final[Mapping[Cause, Result]] = MappingProxyType(
    {
        Cause.NORMAL: _R.NO_ANSWER,
        Cause.CALLER_HUNG_UP: _R.FAILED,  # that is our side
        Cause.CALLED_HUNG_UP: _R.NO_ANSWER,
        Cause.VACANT_NUMBER: _R.VACANT,
        Cause.BUSY: _R.BUSY,
        Cause.NO_ANSWER: _R.NO_ANSWER,
        Cause.REFUSED: _R.NO_ANSWER,  # the party is there and does not want to be called again at once
        Cause.CONGESTION: _R.CONGESTION,
        Cause.SIGNALLING_FAILURE: _R.FAILED,
        Cause.CIRCUIT_FAULT: _R.FAILED,
        Cause.DOUBLE_SEIZURE: _R.CONGESTION,  # on every circuit that was tried
        Cause.SYSTEM_FAULT: _R.FAILED,
        Cause.SHUTDOWN: _R.FAILED,
        Cause.AUTHENTICATION_FAILED: _R.FAILED,
        Cause.ABANDONED: _R.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class ClassifierSettings:
    """`no_answer_ms`: how long it may ring. `set_up_ms`: how long nothing may be heard after dialling."""

    no_answer_ms: int = 60_000
    set_up_ms: int = 30_000


class ClassifierError(SwitchError):
    def __init__(self, what: str) -> None:
        super().__init__(f"call classifier: {what}")


class Classifier:
    """One attempt, from the end of dialling on."""

    def __init__(
        self,
        at_ms: int,
        supervision: Supervision,
        settings: ClassifierSettings | None = None,
        party: PartySettings | None = None,
    ) -> None:
        """With `party` settings it is also found out who answered."""
        self._settings = settings or ClassifierSettings()
        self._party_settings = party
        self._party: PartyListener | None = None
        self._table = TABLES[supervision]
        self._state = State.DIALLED
        self._deadline_ms: int | None = at_ms + self._settings.set_up_ms
        self.result: Result | None = None

    @property
    def state(self) -> State:
        return self._state

    @property
    def deadline_ms(self) -> int | None:
        """When TIMEOUT is wanted; None = no limit runs."""
        return self._deadline_ms if self._party is None else self._party.deadline_ms

    @property
    def party(self) -> Decision | None:
        """Who answered, once that is known."""
        return None if self._party is None else self._party.decision

    @property
    def is_listening(self) -> bool:
        """Whether it was answered and is not known yet by whom."""
        return self._state is State.ANSWERED and self._party is not None and self._party.decision is None

    def hear_tone(self, name: str, at_ms: int) -> Result | None:
        """A tone was recognised, by the recogniser's name for it."""
        try:
            signal = TONES[name]
        except KeyError:
            raise ClassifierError(f"no such tone: {name}") from None
        self._hear_party(Heard.NETWORK_TONE, at_ms, at_ms)
        return self.receive(signal, at_ms)

    def hear(self, heard: Heard, at_ms: int, edge_ms: int) -> Result | None:
        """Voice, a beep or a tone of a fax: told at `at_ms`, it really began or ended at `edge_ms`."""
        if self._party is None and heard in VOICES:
            result = self.receive(VOICES[heard], at_ms)
            if self._party is None:
                return result
        return self._hear_party(heard, at_ms, edge_ms)

    def receive(self, signal: Signal, at_ms: int) -> Result | None:
        """The result as soon as it is known, once. A TIMEOUT that comes before the deadline is passed over."""
        if signal is Signal.TIMEOUT and self.is_listening:
            return self._hear_party(Heard.TIMEOUT, at_ms, at_ms)
        is_early = self._deadline_ms is None or at_ms < self._deadline_ms
        if signal is Signal.TIMEOUT and is_early:
            return None
        row = self._table.get((self._state, signal))
        if row is None:
            return None
        return self._enter(*row, at_ms)

    def release(self, cause: Cause, at_ms: int) -> Result | None:
        """The circuit told that the call is over."""
        if self._state is State.DONE:
            return None
        has_answered = self._state is State.ANSWERED
        return self._enter(State.DONE, Result.ANSWERED_PART if has_answered else RELEASES[cause], at_ms)

    def _hear_party(self, heard: Heard, at_ms: int, edge_ms: int) -> Result | None:
        decision = None if self._party is None else self._party.receive(heard, at_ms, edge_ms)
        signal = None if decision is None else PARTIES[decision.party]
        return None if signal is None else self.receive(signal, at_ms)

    def _enter(self, state: State, result: Result | None, at_ms: int) -> Result | None:
        if state is State.RINGING and self._state is not State.RINGING:
            self._deadline_ms = at_ms + self._settings.no_answer_ms  # the first ring-back counts, later ones do not
        elif state in (State.ANSWERED, State.DONE):
            self._deadline_ms = None
        if state is State.ANSWERED and self._state is not state and self._party_settings is not None:
            self._party = PartyListener(at_ms, self._party_settings)
        self._state, self.result = state, result
        return result
