"""A telephone that we feed as a circuit: runs the effects of the FXS machine (a seat's phone, an extension)."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from kmcc.dsp.callerid import Absence, Caller, CallTime
from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.tone import CHINA_TONES
from kmcc.signaling.analogue.fxs import (
    KEYED,
    OFF_HOOK,
    Dialled,
    Effect,
    FxsLine,
    Key,
    Order,
    Say,
    SendLine,
    State,
)
from kmcc.signaling.analogue.hook import Loop
from kmcc.signaling.analogue.profile import FxsProfile
from kmcc.signaling.analogue.wire import ToExchange
from kmcc.signaling.china1.plan import Analyse, Verdict
from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    IncompleteIndication,
    Indication,
    Listener,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.line_timers import LineTimers
from kmcc.switch.media import Media

SEAT_PROFILE: Final = FxsProfile(originates=False)
TONES: Final = {Say.DIAL_TONE: "dial", Say.BUSY_TONE: "busy", Say.HOWLER: "howler"}
SAMPLES_A_MS: Final = 8
REFUSALS: Final = {Verdict.VACANT: Cause.VACANT_NUMBER, Verdict.CONGESTION: Cause.CONGESTION}


class FxsCircuit:
    """One telephone; `setup` rings it. With `analyse` it may place calls, too: `number` is then its own.

    `now` gives the time that caller ID tells.
    """

    rings_silently = True

    def __init__(
        self,
        name: str,
        port: int,
        media: Media,
        journal: Journal,
        profile: FxsProfile = SEAT_PROFILE,
        *,
        number: str | None = None,
        analyse: Analyse | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        if profile.originates and analyse is None:
            raise SwitchError(f"{name}: a telephone that may place calls needs a number plan")
        if profile.delivery is not None and now is None:
            raise SwitchError(f"{name}: caller ID tells the time of the call, and there is no clock")
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._line = FxsLine(profile)
        self._number = number
        self._analyse = analyse
        self._now = now
        self._timers = LineTimers(lambda timer: self._perform(self._line.receive(Expired(timer))))
        self._is_busy = False  # a call is on it
        self._is_ours = False  # we called the telephone
        self._digits = ""
        self._is_complete = False
        self._is_released = False  # by us, or told by us
        self._calling = CallingParty()
        self._data_plays = 0
        self._listener: Listener = _nobody
        media.subscribe(port, self._on_event)

    @property
    def state(self) -> CircuitState:
        return CircuitState.BUSY if self._is_busy or self._line.state in OFF_HOOK else CircuitState.IDLE

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        self._perform(self._line.start())

    def setup(self, called: str, calling: CallingParty) -> None:
        if self.state is not CircuitState.IDLE:
            raise SwitchError(f"{self.name}: cannot ring {called} for {calling.number}, the line is in use")
        self._is_busy = self._is_ours = True
        self._is_released = False
        self._calling = calling
        self._perform(self._line.ring(has_caller=True))

    def alert(self) -> None:
        """What we send from now on is heard: the telephone is off the hook."""
        self._own_call("alerting")
        self._listener(ThroughIndication())

    def answer(self) -> None:
        self._own_call("answer")
        self._perform(self._line.receive(Order.CONNECT))
        self._listener(AnswerIndication())

    def release(self, cause: Cause) -> None:
        """Stop ringing; a telephone that is off the hook hears busy tone until it is put down."""
        if not self._is_busy or self._is_released:
            return
        self._is_released = True
        self._journal.write("line.released", circuit=self.name, cause=cause.words)
        self._perform(self._line.receive(Order.RELEASE))
        if self._line.state not in OFF_HOOK:
            self._end()

    def _own_call(self, what: str) -> None:
        if self._line.state not in {State.CALLING, State.TALKING} or self._is_ours or not self._is_complete:
            raise SwitchError(f"{self.name}: no call of this telephone takes {what}")

    def _end(self) -> None:
        self._is_busy = self._is_ours = False
        self._listener(IdleIndication())

    def _on_event(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.SIGNAL:
                is_closed = bool(event.code & ToExchange.OFF_HOOK)
                self._perform(self._line.receive(Loop(is_closed, event.at / SAMPLES_A_MS)))
            case EventKind.DTMF_OFF if self._line.state in KEYED:  # else the call would hear the end of the last key
                self._perform(self._line.receive(Key(chr(event.code))))
            case EventKind.PLAY_DONE if self._data_plays:
                self._data_plays -= 1
                if event.code == 1:
                    self._perform(self._line.receive(Order.DATA_SENT))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case SendLine(bits):
                    self._media.engine.signal(self.port, int(bits))
                case StartTimer(name, ms):
                    self._timers.start(name, ms)
                case StopTimer(name):
                    self._timers.stop(name)
                case Dialled(digit):
                    self._dialled(digit)
                case Say():
                    self._do(effect)

    def _do(self, what: Say) -> None:
        match what:
            case Say.DIAL_TONE | Say.BUSY_TONE | Say.HOWLER:
                self._media.engine.send_tone(self.port, CHINA_TONES[TONES[what]])
            case Say.QUIET:
                self._media.engine.stop_tone(self.port)
                if self._data_plays:
                    self._media.engine.stop_play(self.port)
            case Say.SEND_CALLER_ID:
                self._send_caller_id()
            case Say.DIALLED_ALL:
                self._dialled_all()
            case _:
                self._indicate(what)

    def _indicate(self, what: Say) -> None:
        match what:
            case Say.RINGS:
                self._journal.write("line.ringing", circuit=self.name)
                self._listener(AlertingIndication())
            case Say.ANSWERED:
                self._lifted("answered")
                self._listener(AnswerIndication())
            case Say.ORIGINATES:
                self._lifted("originating")
                self._is_busy, self._is_released = True, False
                self._digits, self._is_complete = "", False
                self._media.listen(self.port, Detect.DTMF)
                self._listener(SeizureIndication())
            case Say.BARRED:
                self._lifted("barred")
            case Say.FLASHED:
                self._journal.write("line.flash", circuit=self.name)
            case Say.LOCKED_OUT:
                self._journal.write("alarm.line_locked_out", circuit=self.name)
            case Say.CLEARED:
                self._cleared()

    def _lifted(self, reason: str) -> None:
        self._journal.write("line.off_hook", circuit=self.name, reason=reason)

    def _cleared(self) -> None:
        self._journal.write("line.on_hook", circuit=self.name)
        if self._is_busy and not self._is_released:
            if self._is_ours or self._is_complete:
                self._listener(ReleaseIndication(Cause.CALLED_HUNG_UP if self._is_ours else Cause.CALLER_HUNG_UP))
            else:
                self._incomplete(Cause.CALLER_HUNG_UP)
        self._end()

    # --- calls of the telephone's own -----------------------------------------------------------------------------

    def _dialled(self, digit: str) -> None:
        """A digit of the number; after it, keys are the call's, who listens for them himself."""
        if self._is_complete or self._analyse is None or not self._is_busy:
            return
        self._digits += digit
        verdict = self._analyse(self._digits)
        if verdict is Verdict.COMPLETE:
            self._complete()
        elif verdict in REFUSALS:
            self._refuse(REFUSALS[verdict])

    def _dialled_all(self) -> None:
        """Nothing more comes: the number is good as it is, or will never be complete."""
        if self._is_complete or not self._is_busy or self._is_ours:
            return
        if self._analyse is not None and self._digits and self._analyse(self._digits) is Verdict.GOOD:
            self._complete()
        else:
            self._refuse(Cause.VACANT_NUMBER)

    def _complete(self) -> None:
        self._is_complete = True
        self._media.ignore(self.port, Detect.DTMF)
        self._perform(self._line.receive(Order.ROUTED))
        self._listener(SetupIndication(self._digits, CallingParty(self._number)))

    def _refuse(self, cause: Cause) -> None:
        self._incomplete(cause)
        self._is_complete = self._is_released = True
        self._perform(self._line.receive(Order.RELEASE))

    def _incomplete(self, cause: Cause) -> None:
        self._media.ignore(self.port, Detect.DTMF)
        self._listener(IncompleteIndication(self._digits, CallingParty(self._number)))
        self._listener(ReleaseIndication(cause))

    # --- caller ID ------------------------------------------------------------------------------------------------

    def _send_caller_id(self) -> None:
        delivery = self._line.profile.how_delivered
        if delivery is None:
            return
        number = self._calling.number
        caller = Caller(Absence.OUT_OF_AREA if number is None else number, self._time())
        self._data_plays += 1
        self._media.engine.play(self.port, (delivery.clip(caller),))

    def _time(self) -> CallTime | None:
        now = None if self._now is None else self._now()
        return None if now is None else CallTime(now.month, now.day, now.hour, now.minute)


def _nobody(_: Indication) -> None:
    """The listener of a line that nobody has attached to yet."""
