"""The progress tones, and the tones of fax machines, in recordings: many at once, each on a port of one listener."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

import numpy as np

from kmcc.dsp.bank import Events, Octets
from kmcc.dsp.cadence import CadenceMatcher
from kmcc.dsp.engine_event import Detect, EventKind, FaxTone
from kmcc.dsp.listener import Listener
from kmcc.dsp.side_by_side import side_by_side
from kmcc.dsp.tone import SAMPLES_PER_MS
from kmcc.dsp.tone_plans import CHINA
from kmcc.dsp.tone_profile import Hz, ToneProfile

CLOSING_MS: Final = 100  # of silence: a tone at the very end of the file ends too
FAX_HZ: Final[Mapping[FaxTone, Hz]] = {FaxTone.CNG: (1100.0,), FaxTone.PREAMBLE: (1650.0, 1850.0)}
ANSWER_HZ: Final[Hz] = (2100.0,)


@dataclass(frozen=True, slots=True)
class HeardTone:
    """`tone` None: a cadence that the profile does not have; `report_ms`: when its name, or else its end, was sure.

    `cadence_ms`: burst, pause, burst ..., the last one a burst.
    """

    tone: str | None
    hz: tuple[float, ...]
    start_ms: float
    end_ms: float
    report_ms: float
    level_dbm0: float
    cadence_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Burst:
    hz: Hz
    start: int  # sample
    dbm0: float
    end: int = 0


def decode_tones(heard: Sequence[Octets], profile: ToneProfile = CHINA) -> list[list[HeardTone]]:
    """The tones of each recording, A-law octets, in order of their beginning."""
    if not heard:
        return []
    listener = Listener(len(heard), Detect.SUPERVISORY | Detect.FAX)
    listener.tell_apart(profile)
    for port in range(len(heard)):
        listener.enable(port, Detect.SUPERVISORY | Detect.FAX, on=True)
    events = listener.feed(side_by_side(heard, CLOSING_MS))
    return [_tones(events[events["port"] == port], len(octets), profile) for port, octets in enumerate(heard)]


def _tones(events: Events, length: int, profile: ToneProfile) -> list[HeardTone]:
    row = _Row(CadenceMatcher(profile), length)
    fax: list[HeardTone] = []
    for event in events:
        at, edge = int(event["sample"]), int(event["sample"]) - int(event["b"])
        match event["kind"]:
            case EventKind.TONE_ON:
                row.on(_Burst(profile.sets[event["code"]], edge, event["a"] / 100), int(event["code"]))
            case EventKind.TONE_OFF:
                row.off(min(edge, length))
            case EventKind.FAX_ON if not (fax and fax[-1].end_ms == 0):
                fax.append(_fax(event["code"], edge, at, event["a"] / 100))
            case EventKind.FAX_OFF:
                fax[-1] = _ended(fax[-1], event["code"], min(edge, length))
    row.finish(length)
    return sorted(chain(row.tones, fax), key=lambda tone: tone.start_ms)


def _fax(code: int, start: int, at: int, dbm0: float) -> HeardTone:
    hz = FAX_HZ.get(FaxTone(code), ANSWER_HZ)
    return HeardTone(None, hz, start / SAMPLES_PER_MS, 0, at / SAMPLES_PER_MS, dbm0, ())


def _ended(fax: HeardTone, code: int, end: int) -> HeardTone:
    end_ms = end / SAMPLES_PER_MS
    return replace(fax, tone=FaxTone(code).name.lower(), end_ms=end_ms, cadence_ms=(end_ms - fax.start_ms,))


@dataclass(slots=True)
class _Row:
    """The bursts of one recording, put together to tones."""

    matcher: CadenceMatcher
    length: int
    tones: list[HeardTone] = field(default_factory=list)
    bursts: list[_Burst] = field(default_factory=list)  # of the present tone
    report: int | None = None  # when the present tone was named

    def on(self, burst: _Burst, code: int) -> None:
        self._pass_time(burst.start)
        was_named = self.matcher.named
        name = self.matcher.on(burst.start, code, burst.dbm0)
        if was_named and self.matcher.named != was_named:
            self._flush(was_named, self.bursts, burst.start)
        self.bursts = [*self.bursts, burst]
        self._take_name(name, burst.start)

    def off(self, end: int) -> None:
        self._pass_time(end)
        self.bursts[-1] = replace(self.bursts[-1], end=end)
        was_named = self.matcher.named
        name = self.matcher.off(end)
        if was_named and self.matcher.named != was_named:
            self._flush(was_named, self.bursts[:-1], end)
        self._take_name(name, end)

    def finish(self, length: int) -> None:
        self._pass_time(length)
        self._flush(self.matcher.named, self.bursts, length)

    def _pass_time(self, until: int) -> None:
        """Look at the moments at which the present burst or pause alone may tell something."""
        for at in self._moments(until):
            was_named = self.matcher.named
            self._take_name(self.matcher.tick(at), at)
            if self.matcher.since is None and self.bursts:
                self._flush(was_named, self.bursts, at)

    def _moments(self, until: int) -> Iterator[int]:
        since = self.matcher.since
        if since is not None:
            early = {tone.early_ms for tone in self.matcher.profile.tones if tone.early_ms is not None}
            early |= {ms + 1 for ms in self._pauses_ms()}
            yield from sorted(at for ms in early if (at := since + round(ms * SAMPLES_PER_MS)) < until)

    def _pauses_ms(self) -> Iterator[float]:
        """After a pause longer than one of these a tone is over."""
        profile = self.matcher.profile
        for tone in profile.tones:
            yield tone.longest_pause_ms + profile.tolerance_of(tone).of(tone.longest_pause_ms)
        yield profile.longest_pause_ms + profile.tolerance.of(profile.longest_pause_ms)

    def _take_name(self, name: str | None, at: int) -> None:
        if name is None:
            return
        start = self.matcher.fitting_since
        self._flush(None, [burst for burst in self.bursts if burst.start < start], at)
        self.report = at

    def _flush(self, name: str | None, bursts: list[_Burst], at: int) -> None:
        """These bursts, the first of those that are here, are a tone."""
        if not bursts:
            return
        ends = [burst.end or self.length for burst in bursts]
        edges = [edge for burst, end in zip(bursts, ends, strict=True) for edge in (burst.start, end)]
        report = at if self.report is None or name is None else self.report
        self.tones.append(
            HeardTone(
                name,
                tuple(sorted({hz for burst in bursts for hz in burst.hz})),
                bursts[0].start / SAMPLES_PER_MS,
                ends[-1] / SAMPLES_PER_MS,
                report / SAMPLES_PER_MS,
                round(sum(burst.dbm0 for burst in bursts) / len(bursts), 2),
                tuple(np.diff(edges) / SAMPLES_PER_MS),
            )
        )
        self.bursts = self.bursts[len(bursts) :]
        if name is not None:
            self.report = None
