"""A line of another exchange on which we are a subscriber, as a circuit: runs the effects of the FXO machine.

Before we answer, the exchange speaks to the caller itself: to be heard, even before the call counts as answered,
`alert` has to close the loop. The caller is charged from then on by that exchange.
"""

from contextlib import suppress
from typing import Final

import numpy as np

from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.callerid import Caller
from kmcc.dsp.callerid_dtmf import DtmfReader
from kmcc.dsp.callerid_message import MessageReader
from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.tone import SAMPLES_PER_MS, dtmf_tone, render
from kmcc.errors import DecodeError
from kmcc.signaling.analogue.fxo import IN_CALL, Effect, FxoLine, Heard, Order, Say, SendLine, State, pulse_train
from kmcc.signaling.analogue.profile import Answer, Dialling, FxoProfile
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.signaling.effects import Expired, ProtocolError, RangeError, StartTimer, StopTimer
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    IncompleteIndication,
    Listener,
    ProceedingIndication,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.line_timers import LineTimers
from kmcc.switch.media import Media

RELEASE_TONES: Final = {
    "busy": Cause.BUSY,
    "congestion": Cause.CONGESTION,
    "vacant": Cause.VACANT_NUMBER,
    "howler": Cause.NORMAL,
}
"""What the exchange tells by a tone; after answer the party has hung up, whatever the tone."""
DIAL_TONE: Final = "dial tone heard"  # our own timers, beside the machine's
PULSE: Final = "pulse"
EARS: Final = Detect.PROGRESS | Detect.VOICE
CALLER_ID: Final = Detect.FSK_BELL202 | Detect.DTMF


class FxoCircuit:
    """One line; `number` is ours at that exchange and is what its callers have dialled."""

    rings_silently = False

    def __init__(
        self, name: str, port: int, media: Media, journal: Journal, *, number: str, profile: FxoProfile | None = None
    ) -> None:
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._line = FxoLine(profile)
        self._ms = self._line.profile.ms
        self._number = number
        self._timers = LineTimers(self._expire)
        self._is_incoming = self._is_told = self._is_answered = False
        self._called = ""
        self._caller: Caller | None = None
        self._rings = 0
        self._pulses: list[tuple[ToExchange, int]] = []
        self._dial_plays = 0
        self._release_cause = Cause.NORMAL
        self._tones = CadenceMatcher()
        self._listener: Listener = lambda _: None  # until somebody attaches
        media.subscribe(port, self._on_event)

    @property
    def state(self) -> CircuitState:
        if self._line.state is State.DEAD:
            return CircuitState.BLOCKED
        return CircuitState.IDLE if self._line.state is State.IDLE else CircuitState.BUSY

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        self._expect_caller_id()
        self._perform(self._line.start())

    def setup(self, called: str, calling: CallingParty) -> None:
        """`calling` cannot be told on such a line: the exchange tells our number."""
        try:
            effects = self._line.setup(called)
        except (ProtocolError, RangeError) as error:
            raise SwitchError(f"{self.name}: cannot call {called} for {calling.number}: {error}") from None
        self._begin(called=called, is_incoming=False)
        self._use_ears()
        self._perform(effects)

    def alert(self) -> None:
        self._incoming("alerting")
        self._close_loop()
        self._listener(ThroughIndication())

    def answer(self) -> None:
        self._incoming("answer")
        self._close_loop()
        self._is_answered = True
        self._listener(AnswerIndication())

    def release(self, cause: Cause) -> None:
        """A call that rings and is not taken goes on ringing at the exchange, which ends it by its own time."""
        if self._line.state in IN_CALL:
            self._journal.write("line.released", circuit=self.name, cause=cause.words)
        self._is_told = True  # what the line shows from now on is no news to anybody
        self._perform(self._line.receive(Order.RELEASE))

    def flash(self) -> None:
        """Ask the exchange for its attention in the call (SwitchError when there is none)."""
        try:
            self._perform(self._line.receive(Order.FLASH))
        except ProtocolError as error:
            raise SwitchError(f"{self.name}: {error}") from None

    def _incoming(self, what: str) -> None:
        if not self._is_incoming or self._is_told or self._line.state is State.IDLE:
            raise SwitchError(f"{self.name}: no call takes {what}")

    def _close_loop(self) -> None:
        if self._line.state not in IN_CALL:
            self._perform(self._line.receive(Order.ANSWER))
            self._use_ears()

    def _use_ears(self) -> None:
        """In a call: what is keyed now is not caller ID."""
        self._media.ignore(self.port, CALLER_ID)
        self._media.listen(self.port, EARS)

    def _expect_caller_id(self) -> None:
        """Some exchanges tell it before the first ring."""
        self._media.ignore(self.port, EARS)
        self._media.listen(self.port, CALLER_ID)
        self._caller = None
        self._messages, self._digits = MessageReader(), DtmfReader()

    def _begin(self, *, called: str, is_incoming: bool) -> None:
        self._called, self._is_incoming = called, is_incoming
        self._is_told = self._is_answered = False
        self._rings = 0
        self._release_cause = Cause.NORMAL
        self._tones = CadenceMatcher()

    # --- what the line and the ears tell --------------------------------------------------------------------------

    def _on_event(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.SIGNAL:
                self._perform(self._line.receive(ToSubscriber(event.code & 7)))
            case EventKind.PLAY_DONE if self._dial_plays:
                self._dial_plays -= 1
                if self._line.state is State.DIALLING:
                    self._dialled() if event.code == 1 else self._cut_off()
            case EventKind.FSK_OCTET | EventKind.DTMF_OFF if self._line.state not in IN_CALL:
                self._hear_caller_id(event)
            case EventKind.TONE_ON | EventKind.TONE_OFF | EventKind.VOICE_ON if self._line.state in IN_CALL:
                self._hear(event)

    def _hear(self, event: EngineEvent) -> None:
        if event.kind == EventKind.VOICE_ON:
            if self._line.state is State.CALLING:
                self._perform(self._line.receive(Heard.VOICE))
            return
        if event.kind == EventKind.TONE_ON:
            self._timers.start(DIAL_TONE, self._ms["dial_tone_min"])
            self._name(self._tones.on(event.at - event.b, event.code, event.a / 100))
        else:
            self._timers.stop(DIAL_TONE)
            self._name(self._tones.off(event.at - event.b))

    def _name(self, tone: str | None) -> None:
        if tone in RELEASE_TONES and self._line.state is not State.AWAIT_DIAL_TONE:
            self._release_cause = RELEASE_TONES[str(tone)]
            self._perform(self._line.receive(Heard.RELEASE_TONE))

    def _hear_caller_id(self, event: EngineEvent) -> None:
        with suppress(DecodeError):  # damaged: the call comes without a number
            if event.kind == EventKind.FSK_OCTET:
                message = self._messages.receive(event.code)
                self._caller = self._caller if message is None else message.caller
            else:
                self._caller = self._digits.receive(chr(event.code)) or self._caller

    def _expire(self, name: str) -> None:
        if name == DIAL_TONE:
            self._perform(self._line.receive(Heard.DIAL_TONE))
        elif name == PULSE:
            self._send_pulses()
        else:
            self._perform(self._line.receive(Expired(name)))

    # --- what the machine wants -----------------------------------------------------------------------------------

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case SendLine(bits):
                    self._media.engine.signal(self.port, int(bits))
                case StartTimer(name, ms):
                    self._timers.start(name, ms)
                case StopTimer(name):
                    self._timers.stop(name)
                case Say():
                    self._do(effect)
        if self._dial_plays and self._line.state is not State.DIALLING:
            self._media.engine.stop_play(self.port)

    def _do(self, what: Say) -> None:
        match what:
            case Say.RINGS:
                self._begin(called=self._number, is_incoming=True)
                self._listener(SeizureIndication())
            case Say.RUNG:
                self._rung()
            case Say.CALLER_GONE:
                self._caller_gone()
            case Say.DIAL:
                self._listener(ProceedingIndication())
                self._dial()
            case Say.ANSWERED:
                self._is_answered = True
                self._listener(AnswerIndication())
            case Say.IDLE:
                self._expect_caller_id()
                self._timers.stop(DIAL_TONE)
                self._timers.stop(PULSE)
                self._listener(IdleIndication())
            case Say.DEAD | Say.ALIVE:
                self._journal.write("line.battery", circuit=self.name, fed=what is Say.ALIVE)
                self._listener(BlockingIndication(what is Say.DEAD))
            case _:
                self._ended(what)

    def _rung(self) -> None:
        """The call is told after so many rings, with what was said of the caller between them."""
        self._rings += 1
        if self._rings == self._line.profile.answers_after_rings and not self._is_told:
            number = None if self._caller is None else self._caller.number
            self._listener(SetupIndication(self._number, CallingParty(number if isinstance(number, str) else None)))

    def _caller_gone(self) -> None:
        if not self._is_told and self._rings < self._line.profile.answers_after_rings:
            self._listener(IncompleteIndication(self._number, CallingParty()))
        self._tell_release(Cause.CALLER_HUNG_UP)

    def _ended(self, what: Say) -> None:
        causes = {
            Say.NO_DIAL_TONE: Cause.CONGESTION,
            Say.NO_ANSWER: Cause.NO_ANSWER,
            Say.GLARE: Cause.DOUBLE_SEIZURE,
        }
        gone = Cause.CALLER_HUNG_UP if self._is_incoming else Cause.CALLED_HUNG_UP
        answered = gone if self._is_answered or self._is_incoming else self._release_cause
        self._tell_release(causes.get(what, answered))

    def _tell_release(self, cause: Cause) -> None:
        if not self._is_told:
            self._is_told = True
            self._listener(ReleaseIndication(cause))

    # --- dialling -------------------------------------------------------------------------------------------------

    def _dial(self) -> None:
        if self._line.profile.dialling is Dialling.PULSE:
            self._pulses = list(pulse_train(self._called, self._ms))
            self._send_pulses()
            return
        keys = [render(dtmf_tone(digit), 160 * SAMPLES_PER_MS) for digit in self._called]
        self._dial_plays += 1
        self._media.engine.play(self.port, (encode_alaw(np.concatenate(keys)).tobytes(),))

    def _send_pulses(self) -> None:
        if self._line.state is not State.DIALLING:
            return
        if not self._pulses:
            self._dialled()
            return
        bits, ms = self._pulses.pop(0)
        self._media.engine.signal(self.port, int(bits))
        self._timers.start(PULSE, ms)

    def _cut_off(self) -> None:
        """Somebody has stopped the keys: the exchange has half a number."""
        self._perform(self._line.receive(Order.RELEASE))
        self._tell_release(Cause.SIGNALLING_FAILURE)

    def _dialled(self) -> None:
        self._perform(self._line.receive(Order.DIALLED))
        self._tones = CadenceMatcher()
        if self._line.profile.answer is Answer.REVERSAL:
            self._media.ignore(self.port, Detect.VOICE)
        self._listener(AlertingIndication())
