"""A plain telephone on a line: hook, dial or keys, bell, and a display for caller ID."""

import asyncio
from dataclasses import replace

import numpy as np

from kmcc.dsp.callerid import Caller
from kmcc.dsp.callerid_dtmf import DtmfReader
from kmcc.dsp.callerid_message import MessageReader
from kmcc.dsp.engine import Detect, EngineEvent, EventKind
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.tone import SAMPLES_PER_MS, dtmf_tone, render
from kmcc.firmware_sim.line.copper import LineCard, LoopSensor, Pair, bell_volts, loop_ma
from kmcc.firmware_sim.people.ears import Ears
from kmcc.signaling.analogue.wire import ToExchange, ToSubscriber
from kmcc.switch.media import Media


class Telephone:
    """At one line of the far engine. What it does goes through the copper: a loop that is too long is never seen."""

    def __init__(self, media: Media, port: int, pair: Pair | None = None, card: LineCard | None = None) -> None:
        self._media = media
        self._port = port
        self._pair = pair or Pair()
        self._card = card or LineCard()
        self._sensor = LoopSensor(self._card)
        self._bits = ToSubscriber.NORMAL
        self.rang_at_s: list[float] = []  # when each ring began
        self.shown: list[Caller] = []  # what the display said
        self.is_off_hook = False
        self._messages, self._digits = MessageReader(), DtmfReader()
        media.subscribe(port, self._on_event)
        media.listen(port, Detect.FSK_BELL202 | Detect.DTMF)

    def close(self) -> None:
        self._media.ignore(self._port, Detect.FSK_BELL202 | Detect.DTMF)
        self._media.unsubscribe(self._port, self._on_event)

    @property
    def is_reversed(self) -> bool:
        """The exchange has reversed the line's polarity."""
        return bool(self._bits & ToSubscriber.REVERSED)

    @property
    def rings(self) -> bool:
        """The bell rings now."""
        return bool(self._bits & ToSubscriber.RING) and bell_volts(self._card, self._pair) >= self._pair.bell_v

    def lift(self) -> None:
        self._hook(is_off_hook=True)

    def put_down(self) -> None:
        self._hook(is_off_hook=False)

    async def flash(self, ms: float = 200) -> None:
        self.put_down()
        await asyncio.sleep(ms / 1000)
        self.lift()

    async def pulse(self, number: str, *, a_second: float = 10, ratio: float = 1.6, gap_ms: float = 700) -> None:
        """Dial with the disc; `ratio` of break to make."""
        period_s = 1 / a_second
        for digit in number:
            for _ in range(int(digit) or 10):
                self.put_down()
                await asyncio.sleep(period_s * ratio / (1 + ratio))
                self.lift()
                await asyncio.sleep(period_s / (1 + ratio))
            await asyncio.sleep(gap_ms / 1000)

    async def key(self, number: str, *, on_ms: int = 80, off_ms: int = 80) -> None:
        """Dial with the keys; the levels are those of GB 3378 less the loss of the pair."""
        samples = (on_ms + off_ms) * SAMPLES_PER_MS
        tones = [dtmf_tone(digit, on_ms, off_ms) for digit in number]
        weaker = [replace(tone, dbm0=tuple(level - self._pair.loss_db for level in tone.dbm0)) for tone in tones]
        sound = np.concatenate([render(tone, samples) for tone in weaker])
        self._media.engine.play(self._port, (encode_alaw(sound).tobytes(),))
        await asyncio.sleep(len(sound) / SAMPLES_PER_MS / 1000)

    async def hears(self, tone: str, timeout_s: float) -> bool:
        """Whether this progress tone is recognised in time."""
        ears = Ears(self._media, self._port)
        heard = await ears.tone(tone, timeout_s)
        ears.close()
        return heard

    def _hook(self, *, is_off_hook: bool) -> None:
        self.is_off_hook = is_off_hook
        is_seen = self._sensor.sees(loop_ma(self._card, self._pair, is_off_hook=is_off_hook))
        self._media.engine.signal(self._port, int(ToExchange.OFF_HOOK if is_seen else ToExchange.ON_HOOK))

    def _on_event(self, event: EngineEvent) -> None:
        match event.kind:
            case EventKind.SIGNAL:
                was_ringing, self._bits = self.rings, ToSubscriber(event.code & 7)
                if self.rings and not was_ringing:
                    self.rang_at_s.append(asyncio.get_running_loop().time())
            case EventKind.FSK_OCTET if not self.is_off_hook:
                message = self._messages.receive(event.code)
                self.shown += [] if message is None else [message.caller]
            case EventKind.DTMF_OFF if not self.is_off_hook:
                caller = self._digits.receive(chr(event.code))
                self.shown += [] if caller is None else [caller]
