"""A China No.1 circuit: runs the effects of the sans-IO channels, one for each role, on one engine port."""

from enum import Enum

from kmcc.dsp.engine import EngineEvent, EventKind
from kmcc.dsp.tone import CHINA_TONES
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.codes import Backward
from kmcc.signaling.china1.plan import Analyse, Treat, as_the_profile_says
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import Expired, ProtocolError
from kmcc.switch.china1_call import CallProgress
from kmcc.switch.china1_log import China1Log
from kmcc.switch.china1_meaning import REFUSALS, RELEASE_TONES, translate
from kmcc.switch.china1_port import Channel, China1Port
from kmcc.switch.circuit import (
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    CircuitState,
    IncompleteIndication,
    Listener,
    ThroughIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Journal
from kmcc.switch.media import Media
from kmcc.switch.span_watch import SpanWatch


class Use(Enum):
    """Which end may seize; seen from us."""

    INCOMING = "in"
    OUTGOING = "out"
    BOTH = "both"


class China1Circuit:
    """One timeslot of an E1 with its channel machines; the machine of the end that seized is the active one."""

    rings_silently = False

    def __init__(
        self,
        name: str,
        port: int,
        media: Media,
        profile: Profile,
        *,
        use: Use,
        analyse: Analyse,
        treat: Treat = as_the_profile_says,
        journal: Journal,
    ) -> None:
        self.name = name
        self.port = port
        self._media = media
        self._journal = journal
        self._profile = profile
        self._treat = treat
        self._line = China1Port(port, media, profile.level_dbm0, self._expire)
        self._span = SpanWatch(port, media, self._line, profile=profile, feed=self._feed)
        channels: list[Channel] = []
        if use is not Use.OUTGOING:
            channels.append(IncomingChannel(profile, analyse, treat))
        if use is not Use.INCOMING:
            channels.append(OutgoingChannel(profile))
        self._channels = tuple(channels)
        self._log = China1Log(name, journal, self._channels, profile)
        self._active: Channel | None = None
        self._unusable: set[Channel] = set()  # blocked by the far end or the span, or stuck without release guard
        self._is_withdrawn = False  # by `block`: at once, or when the present call is over
        self._is_barred = False  # and the line says so
        self._call = CallProgress(profile.kd)
        self._listener: Listener = lambda _: None  # until somebody attaches
        media.subscribe(port, self._on_event)

    # --- the Circuit protocol -----------------------------------------------------------------------------------

    @property
    def state(self) -> CircuitState:
        if self._active is not None and self._active not in self._unusable:
            return CircuitState.BUSY
        if self._span.bits is None:
            return CircuitState.STARTING
        is_out = self._is_withdrawn or self._span.has_alarm or self._span.is_lost or bool(self._unusable)
        return CircuitState.BLOCKED if is_out else CircuitState.IDLE

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        for channel in self._channels:
            self._perform(channel, channel.start())

    def setup(self, called: str, calling: CallingParty) -> None:
        ka = self._profile.ka if calling.category is None else calling.category
        marks = tuple(prefix for prefix in self._profile.prefixes if prefix.value in calling.marks)
        self._seize(m.Seize(called=called, calling=calling.number, ka=ka, kd=self._profile.kd, prefixes=marks))

    def _seize(self, seize: m.Seize | m.SeizeThrough) -> None:
        outgoing = next((c for c in self._channels if isinstance(c, OutgoingChannel)), None)
        if outgoing is None or self.state is not CircuitState.IDLE:
            raise SwitchError(f"{self.name}: cannot place a call, the circuit is {self.state.value}")
        effects = self._ask(outgoing, seize)
        self._active = outgoing
        self._perform(outgoing, effects)

    def alert(self) -> None:
        channel = self._channel_in_call("alert")
        control = self._treat(self._call.called).control
        effects = self._ask(channel, m.Accept(self._profile.free_kb_for(self._call.kd, control), control))
        self._call.is_offered, self._call.is_alerted = False, True
        self._perform(channel, effects)

    def answer(self) -> None:
        if self._call.is_offered:
            self.alert()
        channel = self._channel_in_call("answer")
        effects = self._ask(channel, m.Answer())
        self._call.is_answering = True
        self._perform(channel, effects)

    def release(self, cause: Cause) -> None:
        """Harmless when there is no call, or when it is being released already."""
        channel = self._active
        if channel is None:
            return
        if self._call.is_offered:
            self._call.is_offered = False
            self._perform(channel, self._ask(channel, m.Refuse(REFUSALS.get(cause, Failure.CONGESTION))))
            return
        self._perform(channel, self._ask(channel, m.Clear()))
        if self._call.is_alerted:  # no line signal tells it: the caller hears it, and hangs up
            self._call.is_alerted, self._call.owed_tone = False, RELEASE_TONES.get(cause, "busy")
        if self._call.is_through:
            self._send_owed_tone()

    def setup_through(self) -> None:
        self._seize(m.SeizeThrough())

    def send_on(self) -> None:
        self._order("send the caller on", m.SendOn())
        self._call.is_offered = False

    def block(self) -> None:
        self._is_withdrawn = True
        self._journal.write("circuit.withdrawn", circuit=self.name)
        self._withdraw()

    def _withdraw(self) -> None:
        if self._is_withdrawn and self._active is None and not self._is_barred:
            self._is_barred = True
            channel = self._channels[0]  # on a two-way circuit the backward code tells it
            self._perform(channel, self._ask(channel, m.Block()))

    def unblock(self) -> None:
        self._is_withdrawn = False
        self._journal.write("circuit.returned", circuit=self.name)
        if self._is_barred:
            self._is_barred = False
            self._perform(self._channels[0], self._ask(self._channels[0], m.Unblock()))
            self._catch_up(None)

    def suspend(self) -> None:
        if isinstance(self._active, IncomingChannel):
            self._perform(self._active, self._ask(self._active, m.Clear()))

    def resume(self) -> None:
        self._order("resume", m.Resume())

    def ring_operator(self) -> None:
        self._order("ring the operator", m.OperatorRing())

    def force_release(self) -> None:
        self._order("force the release", m.ForceRelease())

    def _order(self, what: str, command: m.Command) -> None:
        channel = self._channel_in_call(what)
        self._perform(channel, self._ask(channel, command))

    def _send_owed_tone(self) -> None:
        """Not before KB has ended: its signal must not be cut."""
        if self._call.owed_tone is not None:
            self._media.engine.send_tone(self.port, CHINA_TONES[self._call.owed_tone])
            self._call.owed_tone, self._call.is_sending_tone = None, True

    def _channel_in_call(self, what: str) -> Channel:
        if self._active is None:
            raise SwitchError(f"{self.name}: cannot {what}, the circuit is {self.state.value}")
        return self._active

    def _ask(self, channel: Channel, command: m.Command) -> tuple[m.Effect, ...]:
        """What the machine makes of a command; SwitchError, and nothing has changed, when it does not fit."""
        try:
            effects = channel.receive(command)
        except ProtocolError as error:
            raise SwitchError(f"{self.name}: {error}") from None
        self._log.note("in", command, channel)
        return effects

    # --- what the line brings -----------------------------------------------------------------------------------

    def _on_event(self, event: EngineEvent) -> None:
        if event.kind == EventKind.SIGNAL:
            self._span.bits = event.code
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
                self._log.note("in", event, channel)
                self._perform(channel, channel.receive(event))

    def _expire(self, channel: Channel, name: str) -> None:
        self._journal.write("timer.expired", circuit=self.name, timer=name)
        self._perform(channel, channel.receive(Expired(name)))

    # --- what the machine wants ---------------------------------------------------------------------------------

    def _perform(self, channel: Channel, effects: tuple[m.Effect, ...]) -> None:
        for effect in effects:
            self._log.note("out", effect, channel)
            if isinstance(effect, m.Indication):
                self._indicate(channel, effect)
                continue
            self._line.perform(channel, effect)
            if isinstance(effect, m.SendBits):
                self._note_answer(effect.abcd)
            elif effect == m.Hear(None):
                self._note_through()
        if m.Idle() in effects:
            self._catch_up(channel)

    def _note_answer(self, abcd: int) -> None:
        """Our answer was asked for some time ago; now it is on the line."""
        if self._call.is_answering and abcd == self._profile.backward[Backward.ANSWER]:
            self._call.is_alerted = self._call.is_answering = False
            self._listener(AnswerIndication())

    def _note_through(self) -> None:
        """Register signals are over."""
        self._send_owed_tone()
        if self._call.is_alerted:
            self._call.is_through = True
            self._listener(ThroughIndication())

    def _catch_up(self, ended: Channel | None) -> None:
        """The machine of the other role has heard nothing of the line while the call lasted."""
        for channel in self._channels:
            for event in self._span.stands:
                if channel is not ended and self._active is None:
                    self._perform(channel, channel.receive(event))
        if self._is_withdrawn:  # not before the far end has seen the release guard for its own guard time
            self._line.start_timer("withdrawal", self._profile.ms("idle_guard"), self._withdraw)

    def _indicate(self, channel: Channel, what: m.Indication) -> None:
        match what:
            case m.Seized():
                self._active, self._is_barred = channel, False
            case m.Idle():
                self._end()
            case m.Blocked() | m.Unblocked():
                self._note_blocking(channel, is_blocked=isinstance(what, m.Blocked))
            case m.Offered():
                self._call = CallProgress(what.kd, what.called, is_offered=True)
            case m.InTransit():
                self._call.is_offered = True
            case m.FarCleared() | m.Failed():
                self._call.is_offered = self._call.is_alerted = self._call.is_answering = False
                if isinstance(channel, IncomingChannel):  # for the record of a call whose number never was complete
                    called, calling, ka = channel.so_far
                    self._listener(IncompleteIndication(called, CallingParty(calling, ka)))
        self._log.report(what)
        indication = translate(what, outgoing=isinstance(channel, OutgoingChannel))
        if indication is not None:
            self._listener(indication)

    def _note_blocking(self, channel: Channel, *, is_blocked: bool) -> None:
        """Told once for both roles."""
        was_blocked = bool(self._unusable)
        (self._unusable.add if is_blocked else self._unusable.discard)(channel)
        if bool(self._unusable) is not was_blocked:
            self._listener(BlockingIndication(is_blocked))

    def _end(self) -> None:
        if self._call.is_sending_tone:
            self._media.engine.stop_tone(self.port)
        self._active = None
        self._call = CallProgress(self._profile.kd)
