"""Feeding a telephone (FXS): ringing, caller ID, dial tone to lock-out, answer with polarity reversal (GB 3380-82).

The hook comes qualified (hook.py); times are rows of the profile. A row that begins to send anything of ours, tone or
caller ID, replaces what was sent before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.dsp.callerid_delivery import Moment
from kmcc.signaling.analogue.hook import (
    CLEAR,
    DIGIT_END,
    BadPulses,
    Flash,
    HookReader,
    Lifted,
    Loop,
    Meaning,
    PulseDigit,
    PutDown,
)
from kmcc.signaling.analogue.profile import Answer, FxsProfile
from kmcc.signaling.analogue.wire import ToSubscriber
from kmcc.signaling.effects import Expired, ProtocolError, RangeError, StartTimer, StopTimer

DIGITS: Final = frozenset("0123456789*#ABCD")


class State(Enum):
    IDLE = "idle"
    CALLER_ID = "caller ID before the first ring"
    RING_ON = "ringing"
    FIRST_PAUSE = "pause after the first ring"
    RING_PAUSE = "pause of ringing"
    DIAL_TONE = "dial tone"
    DIALLING = "dialling"
    CALLING = "calling"
    TALKING = "talking"
    BUSY_TONE = "busy tone"
    HOWLER = "howler"
    LOCKED_OUT = "locked out"


class In(Enum):
    """What can happen; of a timer the value is its row in FXS_MS."""

    RING = "ring"
    RING_BEHIND_DATA = "ring behind caller ID"
    DATA_SENT = "caller ID is sent"
    ROUTED = "the number is complete"
    CONNECT = "the called party answered"
    RELEASE = "release"
    LIFTED = "lifted"
    LIFTED_BARRED = "lifted, may not call"
    PUT_DOWN = "put down"
    FLASH = "flash"
    DIGIT = "digit"
    BAD_DIGIT = "pulses that make no digit"
    T_RING_ON = "ring_on"
    T_RING_OFF = "ring_off"
    T_DIAL_TONE = "dial_tone"
    T_INTER_DIGIT = "inter_digit"
    T_BUSY = "busy"
    T_HOWLER = "howler"


class Order(Enum):
    """Commands of the switch. RELEASE is right in every state: both sides may clear at once."""

    RING = In.RING
    ROUTED = In.ROUTED
    CONNECT = In.CONNECT
    RELEASE = In.RELEASE
    DATA_SENT = In.DATA_SENT


@dataclass(frozen=True, slots=True)
class Key:
    """Event: a DTMF digit was heard on the line."""

    digit: str


class Say(Enum):
    """What the switch is to do for us, or is told."""

    DIAL_TONE = "send dial tone"
    BUSY_TONE = "send busy tone"
    HOWLER = "send howler"
    SEND_CALLER_ID = "send caller ID, tell DATA_SENT"
    QUIET = "send nothing of these any more"
    RINGS = "the first ring has begun"
    ANSWERED = "the telephone answered"
    ORIGINATES = "the telephone wants to call"
    BARRED = "the telephone was lifted and may not call"
    DIALLED_ALL = "no further digit came"
    FLASHED = "flash"
    CLEARED = "the telephone was put down"
    LOCKED_OUT = "nobody put it down: the line is locked out"


@dataclass(frozen=True, slots=True)
class Dialled:
    """One digit of the number, or keyed in the call."""

    digit: str


@dataclass(frozen=True, slots=True)
class SendLine:
    bits: ToSubscriber


class _Out(Enum):
    """What a row can ask for beside Say; the profile fills in the bits and the digit."""

    RING = "ringing voltage"
    FEED = "fed, as the state's polarity is"
    DIGIT = "tell the digit"


Out = Say | _Out
Effect = Say | Dialled | SendLine | StartTimer | StopTimer

TIMERS: Final[Mapping[State, In]] = MappingProxyType(
    {
        State.RING_ON: In.T_RING_ON,
        State.FIRST_PAUSE: In.T_RING_OFF,
        State.RING_PAUSE: In.T_RING_OFF,
        State.DIAL_TONE: In.T_DIAL_TONE,
        State.DIALLING: In.T_INTER_DIGIT,
        State.BUSY_TONE: In.T_BUSY,
        State.HOWLER: In.T_HOWLER,
    }
)
OFF_HOOK: Final = frozenset(
    {State.DIAL_TONE, State.DIALLING, State.CALLING, State.TALKING, State.BUSY_TONE, State.HOWLER, State.LOCKED_OUT}
)
KEYED: Final = frozenset({State.DIAL_TONE, State.DIALLING})
"""Here breaks of the loop are dial pulses."""

_S, _O = State, _Out
TABLE: Final[Mapping[tuple[State, In], tuple[State, tuple[Out, ...]]]] = MappingProxyType(
    {
        (_S.IDLE, In.RING): (_S.RING_ON, (_O.RING, Say.RINGS)),
        (_S.IDLE, In.RING_BEHIND_DATA): (_S.CALLER_ID, (_O.FEED, Say.SEND_CALLER_ID)),
        (_S.IDLE, In.LIFTED): (_S.DIAL_TONE, (Say.ORIGINATES, Say.DIAL_TONE)),
        (_S.IDLE, In.LIFTED_BARRED): (_S.BUSY_TONE, (Say.BARRED, Say.BUSY_TONE)),
        (_S.CALLER_ID, In.DATA_SENT): (_S.RING_ON, (_O.RING, Say.RINGS)),
        (_S.CALLER_ID, In.LIFTED): (_S.TALKING, (Say.QUIET, _O.FEED, Say.ANSWERED)),
        (_S.CALLER_ID, In.RELEASE): (_S.IDLE, (Say.QUIET, _O.FEED)),
        (_S.RING_ON, In.T_RING_ON): (_S.RING_PAUSE, (_O.FEED,)),  # the first one: FIRST_PAUSE, see _first_pause
        (_S.RING_ON, In.LIFTED): (_S.TALKING, (_O.FEED, Say.ANSWERED)),
        (_S.RING_ON, In.RELEASE): (_S.IDLE, (_O.FEED,)),
        (_S.FIRST_PAUSE, In.DATA_SENT): (_S.FIRST_PAUSE, ()),
        (_S.FIRST_PAUSE, In.T_RING_OFF): (_S.RING_ON, (Say.QUIET, _O.RING)),
        (_S.FIRST_PAUSE, In.LIFTED): (_S.TALKING, (Say.QUIET, Say.ANSWERED)),
        (_S.FIRST_PAUSE, In.RELEASE): (_S.IDLE, (Say.QUIET,)),
        (_S.RING_PAUSE, In.T_RING_OFF): (_S.RING_ON, (_O.RING,)),
        (_S.RING_PAUSE, In.LIFTED): (_S.TALKING, (Say.ANSWERED,)),
        (_S.RING_PAUSE, In.RELEASE): (_S.IDLE, ()),
        (_S.DIAL_TONE, In.DIGIT): (_S.DIALLING, (Say.QUIET, _O.DIGIT)),
        (_S.DIAL_TONE, In.T_DIAL_TONE): (_S.BUSY_TONE, (Say.DIALLED_ALL, Say.BUSY_TONE)),
        (_S.DIALLING, In.DIGIT): (_S.DIALLING, (_O.DIGIT,)),
        (_S.DIALLING, In.ROUTED): (_S.CALLING, ()),
        (_S.DIALLING, In.T_INTER_DIGIT): (_S.CALLING, (Say.DIALLED_ALL,)),
        (_S.CALLING, In.ROUTED): (_S.CALLING, ()),
        (_S.CALLING, In.CONNECT): (_S.TALKING, (_O.FEED,)),
        (_S.CALLING, In.DIGIT): (_S.CALLING, (_O.DIGIT,)),
        (_S.TALKING, In.DIGIT): (_S.TALKING, (_O.DIGIT,)),
        (_S.TALKING, In.FLASH): (_S.TALKING, (Say.FLASHED,)),
        (_S.BUSY_TONE, In.T_BUSY): (_S.HOWLER, (Say.HOWLER,)),
        (_S.HOWLER, In.T_HOWLER): (_S.LOCKED_OUT, (Say.QUIET, Say.LOCKED_OUT)),
        **{(state, In.BAD_DIGIT): (_S.BUSY_TONE, (Say.DIALLED_ALL, Say.BUSY_TONE)) for state in KEYED},
        **{
            (state, In.RELEASE): (_S.BUSY_TONE, (_O.FEED, Say.BUSY_TONE))
            for state in (_S.DIAL_TONE, _S.DIALLING, _S.CALLING, _S.TALKING)
        },
        **{(state, In.RELEASE): (state, ()) for state in (_S.IDLE, _S.BUSY_TONE, _S.HOWLER, _S.LOCKED_OUT)},
        **{(state, In.PUT_DOWN): (_S.IDLE, (Say.QUIET, _O.FEED, Say.CLEARED)) for state in OFF_HOOK},
        # Keys and flashes that mean nothing here, and a word of the switch that crossed a change on the line.
        **{(state, In.DIGIT): (state, ()) for state in (_S.BUSY_TONE, _S.HOWLER, _S.LOCKED_OUT)},
        **{(state, In.FLASH): (state, ()) for state in OFF_HOOK - {_S.TALKING}},
        **{(state, In.BAD_DIGIT): (state, ()) for state in OFF_HOOK - KEYED},  # begun while it was still dialled
        **{(state, In.DATA_SENT): (state, ()) for state in State if state not in {_S.CALLER_ID, _S.FIRST_PAUSE}},
        **{(state, In.ROUTED): (state, ()) for state in (_S.IDLE, _S.BUSY_TONE, _S.HOWLER, _S.LOCKED_OUT)},
        **{(state, In.CONNECT): (state, ()) for state in (_S.IDLE, _S.BUSY_TONE, _S.HOWLER, _S.LOCKED_OUT)},
    }
)
MEANS: Final[Mapping[type[Meaning], In]] = MappingProxyType(
    {PutDown: In.PUT_DOWN, Flash: In.FLASH, PulseDigit: In.DIGIT, BadPulses: In.BAD_DIGIT}
)


class FxsLine:
    """One telephone. Entering a state starts its timer, leaving it stops it; a further digit starts it anew."""

    def __init__(self, profile: FxsProfile | None = None) -> None:
        self.profile: Final = profile or FxsProfile()
        self.state = State.IDLE
        self._ms = self.profile.ms
        self._hook = HookReader(self._ms)
        self._moment = None if self.profile.how_delivered is None else self.profile.how_delivered.moment
        self._rang = False
        self._has_caller = False
        self._is_placed = False  # the call is the telephone's own

    def start(self) -> tuple[Effect, ...]:
        return (SendLine(ToSubscriber.NORMAL),)

    def ring(self, *, has_caller: bool) -> tuple[Effect, ...]:
        """A call for this telephone; `has_caller`: there is something to tell as caller ID."""
        self._has_caller = has_caller and self._moment is not None
        before = self._has_caller and self._moment in {Moment.BEFORE_RING, Moment.REVERSAL}
        return self._step(In.RING_BEHIND_DATA if before else In.RING, "")

    def receive(self, event: Loop | Key | Order | Expired) -> tuple[Effect, ...]:
        match event:
            case Loop():
                return self._hooked(event)
            case Key(digit=digit):
                if digit not in DIGITS:
                    raise RangeError("FXS line", "key", "digit", digit, "one of 0-9 * # A-D")
                return self._step(In.DIGIT, digit) if self.state in OFF_HOOK else ()
            case Expired(name=name) if name in {CLEAR, DIGIT_END}:
                return self._hooked(event)
            case Expired(name=name):
                running = TIMERS.get(self.state)
                return self._step(running, "") if running is not None and running.value == name else ()
            case Order.RING:
                return self.ring(has_caller=False)
            case Order():
                return self._step(event.value, "")

    def _hooked(self, event: Loop | Expired) -> tuple[Effect, ...]:
        self._hook.dialling = self.state in KEYED
        out: list[Effect] = []
        for effect in self._hook.receive(event):
            if isinstance(effect, StartTimer | StopTimer):
                out.append(effect)
            elif isinstance(effect, Lifted):
                out += self._step(self._lifted(), "")
            else:
                out += self._step(MEANS[type(effect)], effect.digit if isinstance(effect, PulseDigit) else "")
        return tuple(out)

    def _lifted(self) -> In:
        barred = self.state is State.IDLE and not self.profile.originates
        return In.LIFTED_BARRED if barred else In.LIFTED

    def _step(self, what: In, digit: str) -> tuple[Effect, ...]:
        if (self.state, what) not in TABLE:
            raise ProtocolError("FXS line", self.state.name, what.name)
        old = self.state
        self.state, outs = TABLE[old, what]
        if what is In.T_RING_ON:
            outs = self._first_pause(outs)
        if old is State.IDLE:
            self._rang, self._is_placed = False, what is In.LIFTED
        is_anew = what is In.DIGIT and self.state is State.DIALLING
        return (*self._hand_over(old, what, is_anew=is_anew), *(one for out in outs for one in self._act(out, digit)))

    def _first_pause(self, outs: tuple[Out, ...]) -> tuple[Out, ...]:
        """After the first ring comes the caller ID that belongs there."""
        if self._rang or not self._has_caller or self._moment is not Moment.FIRST_RING:
            return outs
        self._rang = True
        self.state = State.FIRST_PAUSE
        return (*outs, Say.SEND_CALLER_ID)

    def _act(self, out: Out, digit: str) -> tuple[Effect, ...]:
        match out:
            case _Out.RING:
                return (SendLine(ToSubscriber.RING),)
            case _Out.FEED:
                return (SendLine(self._polarity()),)
            case _Out.DIGIT:
                return (Dialled(digit),)
            case Say():
                return (out,)

    def _polarity(self) -> ToSubscriber:
        announces = self.state is State.CALLER_ID and self._moment is Moment.REVERSAL
        answers = self.state is State.TALKING and self._is_placed and self.profile.answer is Answer.REVERSAL
        return ToSubscriber.REVERSED if announces or answers else ToSubscriber.NORMAL

    def _hand_over(self, old: State, what: In, *, is_anew: bool) -> tuple[Effect, ...]:
        running, wanted = TIMERS.get(old), TIMERS.get(self.state)
        if running is wanted and old is self.state and not is_anew:
            return ()
        stop = () if running is None or what is running else (StopTimer(running.value),)
        start = () if wanted is None else (StartTimer(wanted.value, self._ms[wanted.value]),)
        return (*stop, *start)
