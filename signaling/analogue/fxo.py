"""A line on which we are a subscriber (FXO): ringing seen, answer, dialling, flash, the exchange's ways to clear.

What the exchange does shows as bits of the line (ringing, polarity, battery) and as tones, which the switch hears and
names. GB 3378-82, GB 3380-82; times are rows of the profile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.analogue.profile import Answer, Dialling, FxoProfile
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.signaling.effects import Expired, ProtocolError, RangeError, StartTimer, StopTimer

PULSED: Final = frozenset("0123456789")
KEYED: Final = PULSED | frozenset("*#ABCD")


class State(Enum):
    IDLE = "idle"
    RING_BEGINS = "ringing voltage, still too short"
    RING_ON = "ringing"
    RING_PAUSE = "pause of ringing"
    AWAIT_DIAL_TONE = "dial tone is awaited"
    DIALLING = "dialling"
    CALLING = "calling"
    TALKING = "talking"
    FLASHING = "flash"
    GUARD = "on-hook, the exchange clears"
    DEAD = "no battery"


class In(Enum):
    """What can happen; of a timer the value is its row in FXO_MS."""

    RING = "ringing voltage"
    QUIET = "no ringing voltage"
    REVERSED = "polarity reversed"
    DEAD = "no battery"
    FED = "battery"
    DIAL_TONE = "dial tone"
    RELEASE_TONE = "busy or congestion tone"
    SETUP = "place a call"
    DIALLED = "the number is sent"
    ANSWERED_IN_BAND = "somebody speaks"
    ANSWER = "answer"
    RELEASE = "release"
    FLASH = "send a flash"
    T_RING_MIN = "ring_min"
    T_RING_GONE = "ring_gone"
    T_DIAL_TONE = "dial_tone"
    T_BLIND_DIAL = "blind_dial"
    T_ANSWER = "answer_timeout"
    T_FLASH = "flash"
    T_GUARD = "guard"


ROWS: Final[Mapping[In, str]] = MappingProxyType({In.T_ANSWER: "answer"})
"""Where the row has another name than the event."""


class Heard(Enum):
    """Events of the switch's ears; each may come in any state."""

    DIAL_TONE = In.DIAL_TONE
    RELEASE_TONE = In.RELEASE_TONE
    VOICE = In.ANSWERED_IN_BAND


class Order(Enum):
    """Commands of the switch; RELEASE is right in every state."""

    ANSWER = In.ANSWER
    RELEASE = In.RELEASE
    FLASH = In.FLASH
    DIALLED = In.DIALLED


class Say(Enum):
    """What the switch is told, or is to do."""

    RINGS = "a call arrives; listen for caller ID"
    RUNG = "one more ring is over"
    CALLER_GONE = "it has stopped ringing"
    DIAL = "send the number, tell DIALLED"
    NO_DIAL_TONE = "the exchange gave no dial tone"
    ANSWERED = "the called party answered"
    NO_ANSWER = "nobody answered in time"
    FAR_RELEASED = "the far party or the exchange has cleared"
    GLARE = "a call arrived as we seized the line"
    DEAD = "the exchange feeds the line no more"
    ALIVE = "it feeds it again"
    IDLE = "the line may be used again"


@dataclass(frozen=True, slots=True)
class SendLine:
    bits: ToExchange


Effect = Say | SendLine | StartTimer | StopTimer
CLOSE: Final = SendLine(ToExchange.OFF_HOOK)
OPEN: Final = SendLine(ToExchange.ON_HOOK)

IN_CALL: Final = frozenset({State.AWAIT_DIAL_TONE, State.DIALLING, State.CALLING, State.TALKING, State.FLASHING})
RINGING: Final = frozenset({State.RING_BEGINS, State.RING_ON, State.RING_PAUSE})

_S = State
TABLE: Final[Mapping[tuple[State, In], tuple[State, tuple[Say | SendLine, ...]]]] = MappingProxyType(
    {
        (_S.IDLE, In.RING): (_S.RING_BEGINS, ()),
        (_S.RING_BEGINS, In.QUIET): (_S.IDLE, ()),  # a spike
        (_S.RING_BEGINS, In.T_RING_MIN): (_S.RING_ON, (Say.RINGS,)),
        (_S.RING_ON, In.QUIET): (_S.RING_PAUSE, (Say.RUNG,)),
        (_S.RING_PAUSE, In.RING): (_S.RING_ON, ()),
        (_S.RING_PAUSE, In.T_RING_GONE): (_S.IDLE, (Say.CALLER_GONE, Say.IDLE)),
        (_S.RING_ON, In.ANSWER): (_S.TALKING, (CLOSE,)),
        (_S.RING_PAUSE, In.ANSWER): (_S.TALKING, (CLOSE,)),
        (_S.IDLE, In.SETUP): (_S.AWAIT_DIAL_TONE, (CLOSE,)),
        (_S.RING_BEGINS, In.SETUP): (_S.RING_BEGINS, (Say.GLARE,)),
        (_S.AWAIT_DIAL_TONE, In.DIAL_TONE): (_S.DIALLING, (Say.DIAL,)),
        (_S.AWAIT_DIAL_TONE, In.T_BLIND_DIAL): (_S.DIALLING, (Say.DIAL,)),
        (_S.AWAIT_DIAL_TONE, In.T_DIAL_TONE): (_S.GUARD, (OPEN, Say.NO_DIAL_TONE)),
        (_S.AWAIT_DIAL_TONE, In.RING): (_S.GUARD, (OPEN, Say.GLARE)),
        (_S.DIALLING, In.DIALLED): (_S.CALLING, ()),
        (_S.CALLING, In.REVERSED): (_S.TALKING, (Say.ANSWERED,)),
        (_S.CALLING, In.ANSWERED_IN_BAND): (_S.TALKING, (Say.ANSWERED,)),
        (_S.CALLING, In.T_ANSWER): (_S.GUARD, (OPEN, Say.NO_ANSWER)),
        (_S.TALKING, In.FLASH): (_S.FLASHING, (OPEN,)),
        (_S.FLASHING, In.T_FLASH): (_S.TALKING, (CLOSE,)),
        (_S.GUARD, In.T_GUARD): (_S.IDLE, (Say.IDLE,)),
        (_S.DEAD, In.FED): (_S.GUARD, (Say.ALIVE,)),
        **{(state, In.RELEASE_TONE): (_S.GUARD, (OPEN, Say.FAR_RELEASED)) for state in IN_CALL},
        **{(state, In.DEAD): (_S.DEAD, (OPEN, Say.FAR_RELEASED, Say.DEAD)) for state in IN_CALL},
        **{(state, In.DEAD): (_S.DEAD, (Say.CALLER_GONE, Say.DEAD)) for state in RINGING - {_S.RING_BEGINS}},
        **{(state, In.DEAD): (_S.DEAD, (Say.DEAD,)) for state in (_S.IDLE, _S.RING_BEGINS, _S.GUARD)},
        **{(state, In.RELEASE): (_S.GUARD, (OPEN,)) for state in IN_CALL},
        **{(state, In.RELEASE): (state, ()) for state in State if state not in IN_CALL},
    }
)

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.RING_BEGINS: In.T_RING_MIN,
        State.RING_PAUSE: In.T_RING_GONE,
        State.CALLING: In.T_ANSWER,
        State.FLASHING: In.T_FLASH,
        State.GUARD: In.T_GUARD,
    }
)
REFUSED: Final = frozenset({In.SETUP, In.ANSWER, In.FLASH, In.DIALLED})
"""Commands: without a row they raise. What the line and the ears tell without a row means nothing there."""


class FxoLine:
    """One line to an exchange. Entering a state starts its timer, leaving it stops it."""

    def __init__(self, profile: FxoProfile | None = None) -> None:
        self.profile: Final = profile or FxoProfile()
        self.state = State.IDLE
        self._ms = self.profile.ms
        self._bits = ToSubscriber.NORMAL
        self._was_reversed = False

    def start(self) -> tuple[Effect, ...]:
        return (OPEN,)

    def setup(self, number: str) -> tuple[Effect, ...]:
        """Seize the line for this number; RangeError before anything is sent when it cannot be dialled here."""
        allowed = PULSED if self.profile.dialling is Dialling.PULSE else KEYED
        if not number or not allowed.issuperset(number):
            raise RangeError("FXO line", "setup", "number", number, f"one or more of {''.join(sorted(allowed))}")
        return self._step(In.SETUP)

    def receive(self, event: ToSubscriber | Heard | Order | Expired) -> tuple[Effect, ...]:
        match event:
            case ToSubscriber():
                return self._line_changed(event)
            case Expired(name=name):
                timer = self._timer(self.state)
                return self._step(timer) if timer is not None and timer.value == name else ()
            case Heard.VOICE if self.profile.answer is Answer.REVERSAL:
                return ()  # the exchange tells it itself
            case Heard() | Order():
                return self._step(event.value)

    def _line_changed(self, bits: ToSubscriber) -> tuple[Effect, ...]:
        changed, self._bits = bits ^ self._bits, bits
        out: list[Effect] = []
        if changed & ToSubscriber.DEAD:
            out += self._step(In.DEAD if bits & ToSubscriber.DEAD else In.FED)
        if changed & ToSubscriber.RING:
            out += self._step(In.RING if bits & ToSubscriber.RING else In.QUIET)
        if changed & ToSubscriber.REVERSED:
            out += self._at_polarity(bool(bits & ToSubscriber.REVERSED))
        return tuple(out)

    def _at_polarity(self, is_reversed: bool) -> tuple[Effect, ...]:
        """Back to normal in a call that was answered by reversal: the called party has cleared."""
        tells = self.profile.answer is Answer.REVERSAL
        if is_reversed:
            answers = tells and self.state is State.CALLING
            self._was_reversed = answers
            return self._step(In.REVERSED) if answers else ()
        clears = tells and self._was_reversed and self.state in {State.TALKING, State.FLASHING}
        self._was_reversed = False
        return self._step(In.RELEASE_TONE) if clears else ()

    def _timer(self, state: State) -> In | None:
        if state is State.AWAIT_DIAL_TONE:
            return In.T_DIAL_TONE if self.profile.waits_for_dial_tone else In.T_BLIND_DIAL
        return TIMERS.get(state)

    def _step(self, what: In) -> tuple[Effect, ...]:
        row = TABLE.get((self.state, what))
        if row is None:
            if what in REFUSED:
                raise ProtocolError("FXO line", self.state.name, what.name)
            return ()
        old = self.state
        self.state, outs = row
        return (*self._hand_over(old, what), *outs)

    def _hand_over(self, old: State, what: In) -> tuple[Effect, ...]:
        if old is self.state:
            return ()
        running, wanted = self._timer(old), self._timer(self.state)
        stop = () if running is None or what is running else (StopTimer(running.value),)
        start = () if wanted is None else (StartTimer(wanted.value, self._ms[ROWS.get(wanted, wanted.value)]),)
        return (*stop, *start)


def pulse_train(number: str, ms: Mapping[str, int]) -> tuple[tuple[ToExchange, int], ...]:
    """The loop's states and how long each lasts, for a number of digits 0-9 (10 pulses for 0)."""
    train: list[tuple[ToExchange, int]] = []
    for digit in number:
        for _ in range(int(digit) or 10):
            train += [(ToExchange.ON_HOOK, ms["pulse_break"]), (ToExchange.OFF_HOOK, ms["pulse_make"])]
        train.append((ToExchange.OFF_HOOK, ms["pulse_gap"]))
    return tuple(train)
