"""Who answered an outgoing call: voice, silence, beeps and tones in, one Decision out (R-178).

No I/O, no clock: each event carries its time, `deadline_ms` says when to send TIMEOUT. A person says a word or two and
waits; an announcement speaks on, and a machine's ends in a beep; a fax or a modem has its own tones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.switch.errors import SwitchError


class Party(Enum):
    HUMAN = "human"
    MACHINE = "answering machine"
    FAX = "fax"
    MODEM = "modem"
    NETWORK_TONE = "network tone"
    SILENCE = "silence"


class Heard(Enum):
    VOICE_ON = "voice on"
    VOICE_OFF = "voice off"
    BEEP_ON = "beep on"
    BEEP_OFF = "beep off"
    CNG = "CNG"
    PREAMBLE = "flags of V.21"  # of a fax machine that may have sent no CED
    ANSWER_TONE = "2100 Hz"  # CED of a fax machine, unless its phase turns or 15 Hz is on it
    MODEM_TONE = "2100 Hz of a modem"
    NETWORK_TONE = "network tone"
    TIMEOUT = "timeout"


class State(Enum):
    QUIET = "nothing said yet"
    SPEAKING = "speaking"
    PAUSED = "said something"
    BEEPING = "beeping"
    BEEPED = "beeped"
    ANSWER_TONE = "answer tone"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PartySettings:
    """How long each state may last, in ms. PartyError when one cannot be."""

    initial_silence_ms: int = 4000  # nobody says anything
    greeting_ms: int = 2400  # a person's greeting is shorter, all its words together
    after_greeting_ms: int = 800  # whoever has greeted waits so long; an announcement pauses less between its sentences
    voice_off_ms: int = 304  # the detector's hangover: the end of speech is told so late
    beep_ms: int = 4000  # a longer one is no signal of a machine
    settle_ms: int = 150  # what the tone was is told soon after its end
    total_ms: int = 12_000  # words with pauses go on and on: somebody is there

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not 1 <= value <= 60_000:
                raise PartyError(f"{each.name} {value}: expected 1..60000 ms")
        if self.after_greeting_ms <= self.voice_off_ms:
            raise PartyError(f"after_greeting_ms {self.after_greeting_ms}: expected more than voice_off_ms")


class PartyError(SwitchError):
    def __init__(self, what: str) -> None:
        super().__init__(f"answering party: {what}")


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` says what decided; the times count from the answer."""

    party: Party
    reason: str
    after_ms: int
    spoken_ms: int  # all words together, as far as their end was told
    utterances: int


_S, _H, _P = State, Heard, Party
Row = tuple[State, Party | None, str]
_ANYTIME: Final[Mapping[Heard, Row]] = {
    _H.CNG: (_S.DONE, _P.FAX, "CNG"),
    _H.PREAMBLE: (_S.DONE, _P.FAX, "preamble of T.30"),
    _H.MODEM_TONE: (_S.DONE, _P.MODEM, "answer tone with phase reversals or 15 Hz"),
    _H.NETWORK_TONE: (_S.DONE, _P.NETWORK_TONE, "a tone of the network"),
    _H.ANSWER_TONE: (_S.ANSWER_TONE, None, ""),
    _H.BEEP_ON: (_S.BEEPING, None, ""),
}

# A pair without a row is nothing new. The deadline of a state is the row of TIMERS_MS.
TABLE: Final[Mapping[tuple[State, Heard], Row]] = MappingProxyType(
    {
        **{(state, heard): row for state in State if state is not _S.DONE for heard, row in _ANYTIME.items()},
        (_S.QUIET, _H.VOICE_ON): (_S.SPEAKING, None, ""),
        (_S.QUIET, _H.TIMEOUT): (_S.DONE, _P.SILENCE, "nothing was said"),
        (_S.SPEAKING, _H.VOICE_OFF): (_S.PAUSED, None, ""),
        (_S.SPEAKING, _H.TIMEOUT): (_S.DONE, _P.MACHINE, "spoke longer than a greeting"),
        (_S.PAUSED, _H.VOICE_ON): (_S.SPEAKING, None, ""),
        (_S.PAUSED, _H.TIMEOUT): (_S.DONE, _P.HUMAN, "greeted and waits"),
        (_S.BEEPING, _H.BEEP_OFF): (_S.BEEPED, None, ""),
        (_S.BEEPING, _H.TIMEOUT): (_S.DONE, _P.MODEM, "a tone that goes on"),
        (_S.BEEPED, _H.TIMEOUT): (_S.DONE, _P.MACHINE, "a beep"),
        (_S.ANSWER_TONE, _H.TIMEOUT): (_S.DONE, _P.FAX, "answer tone without phase reversals"),
    }
)
TIMERS: Final[Mapping[State, str]] = MappingProxyType(
    {
        _S.QUIET: "initial_silence_ms",
        _S.SPEAKING: "greeting_ms",
        _S.PAUSED: "after_greeting_ms",
        _S.BEEPING: "beep_ms",
        _S.BEEPED: "settle_ms",
        _S.ANSWER_TONE: "settle_ms",
    }
)


class PartyListener:
    """From the answer of one call on; `decision` stands as soon as it is known."""

    def __init__(self, at_ms: int, settings: PartySettings | None = None) -> None:
        self._settings = settings or PartySettings()
        self._answered_ms = at_ms
        self._state = State.QUIET
        self._edge_ms = at_ms  # when the present state really began
        self._spoken_ms = 0
        self._utterances = 0
        self._deadline_ms: int | None = at_ms + self._settings.initial_silence_ms
        self.decision: Decision | None = None

    @property
    def state(self) -> State:
        return self._state

    @property
    def deadline_ms(self) -> int | None:
        """When TIMEOUT is wanted; None once decided."""
        return self._deadline_ms

    def receive(self, heard: Heard, at_ms: int, edge_ms: int | None = None) -> Decision | None:
        """Told at `at_ms`, really begun or ended at `edge_ms`. The decision, once; an early TIMEOUT is passed over."""
        edge_ms = at_ms if edge_ms is None else max(edge_ms, self._edge_ms)
        if heard is Heard.TIMEOUT and (self._deadline_ms is None or at_ms < self._deadline_ms):
            return None
        if heard is Heard.TIMEOUT and at_ms >= self._last_ms:
            return self._decide(Party.HUMAN if self._utterances else Party.SILENCE, "no end of it", at_ms)
        row = TABLE.get((self._state, heard))
        if row is None:
            return None
        state, party, reason = row
        self._leave(state, edge_ms)
        if party is not None:
            return self._decide(party, reason, at_ms)
        self._deadline_ms = min(self._state_deadline_ms(at_ms), self._last_ms)
        return None

    @property
    def _last_ms(self) -> int:
        return self._answered_ms + self._settings.total_ms

    def _leave(self, state: State, edge_ms: int) -> None:
        if self._state is State.SPEAKING and state is State.PAUSED:
            self._spoken_ms += edge_ms - self._edge_ms
        if state is State.SPEAKING:
            self._utterances += 1
        self._state, self._edge_ms = state, edge_ms

    def _state_deadline_ms(self, at_ms: int) -> int:
        allowed_ms: int = getattr(self._settings, TIMERS[self._state])
        if self._state is State.SPEAKING:  # its end may be on its way
            return self._edge_ms + allowed_ms - self._spoken_ms + self._settings.voice_off_ms
        since_ms = self._edge_ms if self._state is State.PAUSED else at_ms
        return since_ms + allowed_ms

    def _decide(self, party: Party, reason: str, at_ms: int) -> Decision:
        self._state, self._deadline_ms = State.DONE, None
        self.decision = Decision(party, reason, at_ms - self._answered_ms, self._spoken_ms, self._utterances)
        return self.decision
