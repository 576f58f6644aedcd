"""A China No.1 circuit: runs the effects of the sans-IO channel on an engine port and the loop's timers."""

import asyncio
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Final

from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.mfc import Direction as ToneDirection
from kmcc.dsp.tone import CHINA_TONES, Tone, mfc_tone
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.codes import Backward
from kmcc.signaling.china1.plan import Analyse, AniAfter
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.trace import Ladder, Role
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer, StopTimer
from kmcc.switch.china1_meaning import REFUSALS, RELEASE_TONES, translate
from kmcc.switch.circuit import (
    AnswerIndication,
    CallingParty,
    Cause,
    CircuitState,
    IncompleteIndication,
    Indication,
    Listener,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media

Channel = IncomingChannel | OutgoingChannel


class Use(Enum):
    """Which end may seize; seen from us."""

    INCOMING = "in"
    OUTGOING = "out"
    BOTH = "both"


DETECTORS: Final = {
    m.Direction.FORWARD: Detect.MFC_FORWARD,
    m.Direction.BACKWARD: Detect.MFC_BACKWARD,
}


@cache
def register_tones(level_dbm0: float) -> Mapping[tuple[m.Direction, int], Tone]:
    """Every register signal at this level of each frequency."""
    return {
        (direction, number): mfc_tone(ToneDirection(direction.value), number, dbm0=level_dbm0)
        for direction, count in ((m.Direction.FORWARD, 15), (m.Direction.BACKWARD, 6))
        for number in range(1, count + 1)
    }


class China1Circuit:
    """One timeslot of an E1 with its channel machines; the machine of the end that seized is the active one."""

    def __init__(
        self,
        name: str,
        port: int,
        media: Media,
        profile: Profile,
        *,
        use: Use,
        analyse: Analyse,
        ani_after: AniAfter | None = None,
        journal: Journal,
    ) -> None:
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._tones = register_tones(profile.level_dbm0)
        self._level_dbm0 = profile.level_dbm0
        self._default_ka = profile.ka
        self._default_kd = profile.kd
        self._answer_bits = profile.backward[Backward.ANSWER]
        self._channels: list[Channel] = []
        self._ladders: dict[Channel, Ladder] = {}
        if use is not Use.OUTGOING:
            self._add(IncomingChannel(profile, analyse, ani_after), Ladder(Role.INCOMING, profile=profile))
        if use is not Use.INCOMING:
            self._add(OutgoingChannel(profile), Ladder(Role.OUTGOING, profile=profile))
        self._active: Channel | None = None
        self._bits: int | None = None
        self._is_blocked = False
        self._is_offered = False  # between Setup and alert: KB still owed
        self._is_alerted = False  # KB sent, the answer not: what the caller hears comes from us
        self._is_answering = False  # the answer waits for its guard
        self._is_through = False  # alerted, and the register signals are over
        self._owed_tone: str | None = None  # tells the caller why it was released
        self._is_sending_tone = False
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
        ka = self._default_ka if calling.category is None else calling.category
        seize = m.Seize(called=called, calling=calling.number, ka=ka, kd=self._default_kd)
        effects = self._ask(outgoing, seize)
        self._active = outgoing
        self._perform(outgoing, effects)

    def alert(self) -> None:
        channel = self._channel_in_call("alert")
        effects = self._ask(channel, m.Accept())
        self._is_offered, self._is_alerted = False, True
        self._perform(channel, effects)

    def answer(self) -> None:
        if self._is_offered:
            self.alert()
        channel = self._channel_in_call("answer")
        effects = self._ask(channel, m.Answer())
        self._is_answering = True
        self._perform(channel, effects)

    def release(self, cause: Cause) -> None:
        """Harmless when there is no call, or when it is being released already."""
        channel = self._active
        if channel is None:
            return
        if self._is_offered:
            self._is_offered = False
            self._perform(channel, self._ask(channel, m.Refuse(REFUSALS.get(cause, m.Failure.CONGESTION))))
            return
        self._perform(channel, self._ask(channel, m.Clear()))
        if self._is_alerted:  # no line signal tells it: the caller hears it, and hangs up
            self._is_alerted, self._owed_tone = False, RELEASE_TONES.get(cause, "busy")
        if self._is_through:
            self._send_owed_tone()

    def _send_owed_tone(self) -> None:
        """Not before KB has ended: its signal must not be cut."""
        if self._owed_tone is not None:
            self._media.engine.send_tone(self.port, CHINA_TONES[self._owed_tone])
            self._owed_tone, self._is_sending_tone = None, True

    def _channel_in_call(self, what: str) -> Channel:
        if self._active is None:
            raise SwitchError(f"{self.name}: cannot {what}, the circuit is {self.state.value}")
        return self._active

    def _ask(
        self, channel: Channel, command: m.Seize | m.Accept | m.Refuse | m.Answer | m.Clear
    ) -> tuple[m.Effect, ...]:
        """What the machine makes of a command; SwitchError, and nothing has changed, when it does not fit."""
        try:
            effects = channel.receive(command)
        except ProtocolError as error:
            raise SwitchError(f"{self.name}: {error}") from None
        self._note("in", command, channel)
        return effects

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
        """Give the event to the active machine, or while idle to all, until a seizure makes one of them active."""
        channels = self._channels if self._active is None else [self._active]
        for channel in channels:
            if self._active in (None, channel):
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
                    self._note_answer(abcd)
                case m.SendSignal(direction, number):
                    self._media.engine.send_tone(self.port, self._tones[direction, number])
                case m.SendPulse(direction, number, ms):
                    pulse = mfc_tone(ToneDirection(direction.value), number, pulse_ms=ms, dbm0=self._level_dbm0)
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

    def _note_answer(self, abcd: int) -> None:
        """Our answer was asked for some time ago; now it is on the line."""
        if self._is_answering and abcd == self._answer_bits:
            self._is_alerted = self._is_answering = False
            self._listener(AnswerIndication())

    def _hear(self, direction: m.Direction | None) -> None:
        if direction is None:
            self._media.ignore(self.port, Detect.MFC_FORWARD | Detect.MFC_BACKWARD)
            self._send_owed_tone()
            if self._is_alerted:
                self._is_through = True
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
        elif isinstance(what, m.FarCleared | m.Failed):
            self._is_offered = self._is_alerted = self._is_answering = False
            self._tell_what_came(channel)
            if isinstance(what, m.Failed):
                self._journal.write("circuit.failed", circuit=self.name, reason=what.failure.value)
        elif isinstance(what, m.Alarm):
            self._journal.write("circuit.alarm", circuit=self.name, what=what.failure.value)
        indication = translate(what, outgoing=isinstance(channel, OutgoingChannel))
        if indication is not None:
            self._listener(indication)
        if isinstance(what, m.FarCleared) and isinstance(channel, OutgoingChannel):
            self.release(Cause.CALLED_HUNG_UP)  # no release control by the caller: clear forward at once (local calls)

    def _tell_what_came(self, channel: Channel) -> None:
        """For the record of a call whose number never became complete; others have their numbers already."""
        if isinstance(channel, IncomingChannel):
            called, calling, ka = channel.so_far
            self._listener(IncompleteIndication(called, CallingParty(calling, ka)))

    def _end(self) -> None:
        if self._is_sending_tone:
            self._media.engine.stop_tone(self.port)
        self._active = self._owed_tone = None
        self._is_offered = self._is_alerted = self._is_through = self._is_answering = self._is_sending_tone = False

    def _note(self, way: str, what: m.Event | m.Effect, channel: Channel) -> None:
        """The line and the register as a ladder; the ends of signals are left out, the next one tells them."""
        words = self._ladders[channel].line(what)
        if isinstance(what, m.LineBits | m.SendBits):
            self._journal.write("line.bits", circuit=self.name, way=way, what=words)
        elif isinstance(what, m.SignalOn | m.SendSignal | m.SendPulse):
            self._journal.write("register.signal", circuit=self.name, way=way, what=words)


def _nobody(_: Indication) -> None:
    """The listener of a circuit that nobody has attached to yet."""
