"""A plain line to a telephone as a circuit: runs the effects of the analogue loop machine (a seat's phone)."""

import asyncio

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.tone import CHINA_TONES
from kmcc.signaling.analogue.loop import (
    OFF_HOOK_BITS,
    Effect,
    FeedLine,
    Hook,
    OffHook,
    OnHook,
    Order,
    Reason,
    Ringing,
    SendLine,
)
from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    Indication,
    Listener,
    ReleaseIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media


class LoopCircuit:
    """One telephone; `setup` rings it."""

    def __init__(self, name: str, port: int, media: Media, journal: Journal) -> None:
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._line = FeedLine()
        self._is_busy = False
        self._is_off_hook = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._listener: Listener = _nobody
        media.subscribe(port, self._on_event)

    @property
    def state(self) -> CircuitState:
        return CircuitState.BUSY if self._is_busy or self._is_off_hook else CircuitState.IDLE

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        self._perform(self._line.start())

    def setup(self, called: str, calling: CallingParty) -> None:
        if self.state is not CircuitState.IDLE:
            raise SwitchError(f"{self.name}: cannot ring {called} for {calling.number}, the line is in use")
        self._is_busy = True
        self._perform(self._line.receive(Order.RING))

    def alert(self) -> None:
        raise SwitchError(f"{self.name}: a telephone that we feed takes no alerting")

    def answer(self) -> None:
        raise SwitchError(f"{self.name}: a telephone that we feed takes no answer")

    def release(self, cause: Cause) -> None:
        """Stop ringing; a telephone that is off the hook hears busy tone until it is put down."""
        if not self._is_busy:
            return
        self._journal.write("line.released", circuit=self.name, cause=cause.words)
        self._perform(self._line.receive(Order.STOP_RING))
        if self._is_off_hook:
            self._media.engine.send_tone(self.port, CHINA_TONES["busy"])
        else:
            self._end()

    def _end(self) -> None:
        self._is_busy = False
        self._listener(IdleIndication())

    def _on_event(self, event: EngineEvent) -> None:
        if event.kind == EventKind.SIGNAL:
            self._perform(self._line.receive(Hook.OFF if event.code & OFF_HOOK_BITS else Hook.ON))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case SendLine(bits):
                    self._media.engine.signal(self.port, bits)
                case StartTimer(name, ms):
                    self._start_timer(name, ms)
                case StopTimer(name):
                    self._timers.pop(name).cancel()
                case _:
                    self._indicate(effect)

    def _start_timer(self, name: str, ms: int) -> None:
        self._timers[name] = asyncio.get_running_loop().call_later(ms / 1000, self._expire, name)

    def _expire(self, name: str) -> None:
        del self._timers[name]
        self._perform(self._line.receive(Expired(name)))

    def _indicate(self, what: Ringing | OffHook | OnHook) -> None:
        match what:
            case Ringing():
                self._journal.write("line.ringing", circuit=self.name)
                self._listener(AlertingIndication())
            case OffHook(reason):
                self._is_off_hook = True
                self._journal.write("line.off_hook", circuit=self.name, reason=reason.value)
                if reason is Reason.ANSWERED:
                    self._listener(AnswerIndication())
                else:  # a seat's telephone takes calls only: busy tone until it is put down
                    self._media.engine.send_tone(self.port, CHINA_TONES["busy"])
            case OnHook():
                self._is_off_hook = False
                self._journal.write("line.on_hook", circuit=self.name)
                self._media.engine.stop_tone(self.port)
                if self._is_busy:
                    self._listener(ReleaseIndication(Cause.CALLED_HUNG_UP))
                self._end()


def _nobody(_: Indication) -> None:
    """The listener of a line that nobody has attached to yet."""
