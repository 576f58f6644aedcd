"""A China No.1 circuit: runs the effects of the sans-IO channel on an engine port and the loop's timers."""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final

from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.mfc import Direction as ToneDirection
from kmcc.dsp.tone import CHINA_TONES, Tone, mfc_tone
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.trace import Ladder, Role
from kmcc.signaling.effects import Expired, StartTimer, StopTimer
from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    CircuitState,
    IdleIndication,
    Indication,
    Listener,
    ReleaseIndication,
    SeizureIndication,
    SetupIndication,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media

Channel = IncomingChannel | OutgoingChannel
Analyse = Callable[[str], Verdict]


class Use(Enum):
    """Which end may seize; seen from us."""

    INCOMING = "in"
    OUTGOING = "out"
    BOTH = "both"


CAUSES: Final = {
    m.Failure.VACANT_NUMBER: Cause.VACANT_NUMBER,
    m.Failure.CALLED_BUSY: Cause.BUSY,
    m.Failure.CONGESTION: Cause.CONGESTION,
    m.Failure.NO_ANSWER: Cause.NO_ANSWER,
    m.Failure.BLOCKED: Cause.CIRCUIT_FAULT,
    m.Failure.LINE_FAULT: Cause.CIRCUIT_FAULT,
}
REFUSALS: Final = {
    Cause.VACANT_NUMBER: m.Failure.VACANT_NUMBER,
    Cause.BUSY: m.Failure.CALLED_BUSY,
}
RELEASE_TONES: Final = {Cause.VACANT_NUMBER: "vacant", Cause.CONGESTION: "congestion"}
DETECTORS: Final = {
    m.Direction.FORWARD: Detect.MFC_FORWARD,
    m.Direction.BACKWARD: Detect.MFC_BACKWARD,
}
TONES: Final[dict[tuple[m.Direction, int], Tone]] = {
    (direction, number): mfc_tone(ToneDirection(direction.value), number)
    for direction, count in ((m.Direction.FORWARD, 15), (m.Direction.BACKWARD, 6))
    for number in range(1, count + 1)
}


class China1Circuit:
    """One timeslot of an E1 with its channel machines; the machine of the end that seized is the active one."""

    def __init__(
        self, name: str, port: int, media: Media, profile: Profile, *, use: Use, analyse: Analyse, journal: Journal
    ) -> None:
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._default_ka = profile.ka
        self._default_kd = profile.kd
        self._channels: list[Channel] = []
        self._ladders: dict[Channel, Ladder] = {}
        if use is not Use.OUTGOING:
            self._add(IncomingChannel(profile, analyse), Ladder(Role.INCOMING, profile=profile))
        if use is not Use.INCOMING:
            self._add(OutgoingChannel(profile), Ladder(Role.OUTGOING, profile=profile))
        self._active: Channel | None = None
        self._bits: int | None = None
        self._is_blocked = False
        self._is_offered = False  # between Setup and alert: KB still owed
        self._is_alerted = False  # between alert and answer: what the caller hears comes from us
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._listener: Listener = _nobody
        media.subscribe(port, self._on_event)

    def _add(self, channel: Channel, ladder: Ladder) -> None:
        self._channels.append(channel)
        self._ladders[channel] = ladder

    # --- the Circuit protocol -----------------------------------------------------------------------------------

    @property
    def state(self) -> CircuitState:
        if self._active is not None:
            return CircuitState.BUSY
        if self._bits is None:
            return CircuitState.STARTING
        return CircuitState.BLOCKED if self._is_blocked else CircuitState.IDLE

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        for channel in self._channels:
            self._perform(channel, channel.start())

    def setup(self, called: str, calling: CallingParty) -> None:
        outgoing = next((c for c in self._channels if isinstance(c, OutgoingChannel)), None)
        if outgoing is None or self.state is not CircuitState.IDLE:
            raise SwitchError(f"{self.name}: cannot place a call, the circuit is {self.state.value}")
        self._active = outgoing
        ka = self._default_ka if calling.category is None else calling.category
        self._feed(m.Seize(called=called, calling=calling.number, ka=ka, kd=self._default_kd))

    def alert(self) -> None:
        self._is_offered, self._is_alerted = False, True
        self._feed(m.Accept())

    def answer(self) -> None:
        if self._is_offered:
            self.alert()
        self._is_alerted = False
        self._feed(m.Answer())

    def release(self, cause: Cause) -> None:
        if self._active is None:
            return
        if self._is_offered:
            self._is_offered = False
            self._feed(m.Refuse(REFUSALS.get(cause, m.Failure.CONGESTION)))
            return
        self._feed(m.Clear())
        if self._is_alerted:  # no line signal tells it: the caller hears it, and hangs up
            self._media.engine.send_tone(self.port, CHINA_TONES[RELEASE_TONES.get(cause, "busy")])

    # --- what the line brings -----------------------------------------------------------------------------------

    def _on_event(self, event: EngineEvent) -> None:
        if event.kind == EventKind.SIGNAL:
            self._bits = event.code
            self._feed(m.LineBits(event.code))
        elif event.kind == EventKind.MFC_ON:
            self._feed(m.SignalOn(event.code))
        elif event.kind == EventKind.MFC_OFF:
            self._feed(m.SignalOff())
        elif event.kind == EventKind.SEND_DONE and self._active is not None:
            self._feed(m.PulseDone())  # of a tone that a call sent: the register has no row for it and ignores it

    def _feed(self, event: m.Event) -> None:
        """Give the event to the active machine, or while idle to all: a seizure makes one of them active."""
        channels = self._channels if self._active is None else [self._active]
        for channel in channels:
            self._note("in", event, channel)
            self._perform(channel, channel.receive(event))

    def _expire(self, channel: Channel, name: str) -> None:
        self._timers.pop(name, None)
        self._journal.write("timer.expired", circuit=self.name, timer=name)
        self._perform(channel, channel.receive(Expired(name)))

    # --- what the machine wants ---------------------------------------------------------------------------------

    def _perform(self, channel: Channel, effects: tuple[m.Effect, ...]) -> None:
        for effect in effects:
            self._note("out", effect, channel)
            match effect:
                case m.SendBits(abcd):
                    self._media.engine.signal(self.port, abcd)
                case m.SendSignal(direction, number):
                    self._media.engine.send_tone(self.port, TONES[direction, number])
                case m.SendPulse(direction, number, ms):
                    pulse = mfc_tone(ToneDirection(direction.value), number, pulse_ms=ms)
                    self._media.engine.send_tone(self.port, pulse)
                case m.StopSignal():
                    self._media.engine.stop_tone(self.port)
                case m.Hear(direction):
                    self._hear(direction)
                case StartTimer(name, ms):
                    self._start_timer(channel, name, ms)
                case StopTimer(name):
                    self._stop_timer(name)
                case _:
                    self._indicate(channel, effect)

    def _hear(self, direction: m.Direction | None) -> None:
        if direction is None:
            self._media.ignore(self.port, Detect.MFC_FORWARD | Detect.MFC_BACKWARD)
            if self._is_alerted:
                self._listener(ThroughIndication())
        else:
            self._media.listen(self.port, DETECTORS[direction])

    def _start_timer(self, channel: Channel, name: str, ms: int) -> None:
        self._stop_timer(name)
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(ms / 1000, self._expire, channel, name)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _indicate(self, channel: Channel, what: m.Indication) -> None:
        if isinstance(what, m.Seized):
            self._active = channel
        elif isinstance(what, m.Idle):
            self._end()
        elif isinstance(what, m.Blocked | m.Unblocked):
            self._is_blocked = isinstance(what, m.Blocked)
        elif isinstance(what, m.Offered):
            self._is_offered = True
        elif isinstance(what, m.Alarm):
            self._journal.write("circuit.alarm", circuit=self.name, what=what.failure.value)
        indication = _translate(what, channel)
        if indication is not None:
            self._listener(indication)
        if isinstance(what, m.FarCleared) and isinstance(channel, OutgoingChannel):
            self._feed(m.Clear())  # no release control by the caller: clear forward at once (local calls)

    def _end(self) -> None:
        if self._is_alerted:
            self._media.engine.stop_tone(self.port)
        self._active = None
        self._is_offered = self._is_alerted = False

    def _note(self, way: str, what: m.Event | m.Effect, channel: Channel) -> None:
        """The line and the register as a ladder; the ends of signals are left out, the next one tells them."""
        words = self._ladders[channel].line(what)
        if isinstance(what, m.LineBits | m.SendBits):
            self._journal.write("line.bits", circuit=self.name, way=way, what=words)
        elif isinstance(what, m.SignalOn | m.SendSignal | m.SendPulse):
            self._journal.write("register.signal", circuit=self.name, way=way, what=words)


def _nobody(_: Indication) -> None:
    """The listener of a circuit that nobody has attached to yet."""


def _translate(what: m.Indication, channel: Channel) -> Indication | None:
    """The switch's words for what the channel reports; None where the switch needs no word."""
    outgoing = isinstance(channel, OutgoingChannel)
    match what:
        case m.Seized():
            return SeizureIndication()
        case m.Offered(called, calling, ka, _):
            return SetupIndication(called, CallingParty(calling, ka))
        case m.Alerting():
            return AlertingIndication()
        case m.Answered():
            return AnswerIndication()
        case m.FarCleared():
            return ReleaseIndication(Cause.CALLED_HUNG_UP if outgoing else Cause.CALLER_HUNG_UP)
        case m.Failed(failure):
            return ReleaseIndication(CAUSES.get(failure, Cause.SIGNALLING_FAILURE))
        case m.Idle():
            return IdleIndication()
        case m.Blocked() | m.Unblocked():
            return BlockingIndication(isinstance(what, m.Blocked))
        case m.Alarm():
            return None
