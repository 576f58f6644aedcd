"""Span alarms as one circuit sees them (Q.424): believed after a while, over after a while (G.732 for the alarms)."""

from collections.abc import Callable

from kmcc.dsp.engine import CHANNELS, EngineEvent, EventKind, SpanAlarm
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.switch.china1_port import China1Port
from kmcc.switch.media import Media

Feed = Callable[[m.Event], None]

BREAK, FAULT, RECOVERY = "pcm_break", "pcm_fault", "pcm_recovery"
NO_SPEECH = SpanAlarm.LOF | SpanAlarm.RAI


class SpanWatch:
    """Feeds PcmBreak when the frame has been lost for `pcm_break`, at this end or the far one; PcmLost when any alarm
    has stood for `pcm_fault`; PcmBack when none has stood for `pcm_recovery`.

    `bits` are the last line bits of the circuit's own timeslot: they are read again afterwards.
    """

    def __init__(self, port: int, media: Media, timers: China1Port, *, profile: Profile, feed: Feed) -> None:
        self.has_alarm = False
        self.is_lost = False
        self._has_speech = True
        self.bits: int | None = None
        self._span = port // CHANNELS
        self._timers = timers
        self._break_ms = profile.ms(BREAK)
        self._fault_ms, self._recovery_ms = profile.ms(FAULT), profile.ms(RECOVERY)
        self._feed = feed
        media.watch_spans(self._on_span)

    @property
    def stands(self) -> tuple[m.Event, ...]:
        """What the line says now; nothing before it has said anything."""
        if self.is_lost:
            return (PcmLost(),)
        return () if self.bits is None else (PcmBack(), m.LineBits(self.bits))

    def _on_span(self, event: EngineEvent) -> None:
        if event.kind != EventKind.SPAN or event.port != self._span:
            return
        alarms = SpanAlarm(event.code)
        self._watch_speech(has_speech=not alarms & NO_SPEECH)
        had_alarm, self.has_alarm = self.has_alarm, bool(alarms)
        if self.has_alarm and not had_alarm:
            self._timers.stop_timer(RECOVERY)
            if not self.is_lost:
                self._timers.start_timer(FAULT, self._fault_ms, self._believe)
        elif had_alarm and not self.has_alarm:
            self._timers.stop_timer(FAULT)
            if self.is_lost:
                self._timers.start_timer(RECOVERY, self._recovery_ms, self._recover)

    def _watch_speech(self, *, has_speech: bool) -> None:
        had_speech, self._has_speech = self._has_speech, has_speech
        if had_speech and not has_speech:
            self._timers.start_timer(BREAK, self._break_ms, lambda: self._feed(PcmBreak()))
        elif has_speech and not had_speech:
            self._timers.stop_timer(BREAK)

    def _believe(self) -> None:
        self.is_lost = True
        self._feed(PcmLost())

    def _recover(self) -> None:
        self.is_lost = False
        self._feed(PcmBack())
        if self.bits is not None:
            self._feed(m.LineBits(self.bits))
