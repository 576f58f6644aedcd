"""Span alarms as one circuit sees them (Q.424): believed after a while, over after a while (G.732 for the alarms)."""

from collections.abc import Callable

from kmcc.dsp.engine import CHANNELS, EngineEvent, EventKind, SpanAlarm
from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.profile import Profile
from kmcc.switch.china1_port import China1Port
from kmcc.switch.media import Media

Feed = Callable[[m.Event], None]

FAULT, RECOVERY = "pcm_fault", "pcm_recovery"


class SpanWatch:
    """Feeds PcmLost when an alarm has stood for `pcm_fault`, PcmBack when none has stood for `pcm_recovery`.

    `bits` are the last line bits of the circuit's own timeslot: they are read again afterwards.
    """

    def __init__(self, port: int, media: Media, timers: China1Port, *, profile: Profile, feed: Feed) -> None:
        self.has_alarm = False
        self.is_lost = False
        self.bits: int | None = None
        self._span = port // CHANNELS
        self._timers = timers
        self._fault_ms, self._recovery_ms = profile.ms(FAULT), profile.ms(RECOVERY)
        self._feed = feed
        media.watch_spans(self._on_span)

    @property
    def stands(self) -> m.PcmLost | m.LineBits | None:
        """What the line says now; None before it has said anything."""
        if self.is_lost:
            return m.PcmLost()
        return None if self.bits is None else m.LineBits(self.bits)

    def _on_span(self, event: EngineEvent) -> None:
        if event.kind != EventKind.SPAN or event.port != self._span:
            return
        had_alarm, self.has_alarm = self.has_alarm, SpanAlarm(event.code) is not SpanAlarm.NONE
        if self.has_alarm and not had_alarm:
            self._timers.stop_timer(RECOVERY)
            if not self.is_lost:
                self._timers.start_timer(FAULT, self._fault_ms, self._believe)
        elif had_alarm and not self.has_alarm:
            self._timers.stop_timer(FAULT)
            if self.is_lost:
                self._timers.start_timer(RECOVERY, self._recovery_ms, self._recover)

    def _believe(self) -> None:
        self.is_lost = True
        self._feed(m.PcmLost())

    def _recover(self) -> None:
        self.is_lost = False
        self._feed(m.PcmBack())
        if self.bits is not None:
            self._feed(m.LineBits(self.bits))
