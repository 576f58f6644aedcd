"""One pass over the octets of many ports serves all detectors that are switched on (csrc/listener.h)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import numpy as np

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.bank import (
    DETECTION_DTYPE,
    EVENT_DTYPE,
    Events,
    Octets,
    aligned_memory,
    check_alaw,
    check_port,
    check_port_count,
)
from kmcc.dsp.engine_event import Detect
from kmcc.dsp.errors import ProfileError, SamplesError
from kmcc.dsp.tone_profile import ToneProfile
from kmcc.dsp.turn import Turn

TIMESLOTS: Final = 32


def check_frames(frames: object, ports: int) -> Octets:
    """An array (spans, samples, 32) of octets, or SamplesError."""
    spans, rest = divmod(ports, TIMESLOTS)
    expected = f"a uint8 array of shape ({spans}, samples, {TIMESLOTS}), samples >= 1"
    if rest:
        raise SamplesError("E1 frames for the listener", f"a listener of {ports} ports", f"a multiple of {TIMESLOTS}")
    if not isinstance(frames, np.ndarray):
        raise SamplesError("E1 frames for the listener", type(frames).__name__, expected)
    shape = (spans, max(frames.shape[1], 1) if frames.ndim == 3 else 1, TIMESLOTS)
    if frames.dtype != np.uint8 or frames.shape != shape:
        raise SamplesError("E1 frames for the listener", f"{frames.dtype} of shape {frames.shape}", expected)
    return frames


def tone_sets(profile: ToneProfile) -> Any:
    """struct tone_set [sets of the profile]"""
    sets = ffi.new("struct tone_set[]", len(profile.sets))
    for made, hz_set in zip(sets, profile.sets, strict=True):
        for place, hz in enumerate(hz_set):
            made.hz[place], made.within[place] = hz, profile.within_hz(hz)
    return sets


class Listener:
    """Any detectors on any of its ports; none is on at first."""

    def __init__(self, ports: int, detectors: Detect) -> None:
        """`detectors` are those that may be switched on."""
        self.ports: Final = check_port_count(ports)
        self.detectors: Final = detectors
        memory, self._owner = aligned_memory(lib.listener_size(ports, detectors))
        self._state = lib.listener_init(memory, ports, detectors)
        self._out = np.empty(lib.listener_room(self._state), DETECTION_DTYPE)
        self._samples = 0
        self._turn: Final = Turn("listener")

    def enable(self, port: int, detectors: Detect, *, on: bool) -> None:
        """Let a port be heard by these detectors or not; either forgets what they heard before."""
        check_port(port, self.ports)
        with self.alone() as state:
            for detector in Detect(detectors & self.detectors):
                lib.listener_enable(state, detector.bit_length() - 1, port, int(on))

    def tell_apart(self, profile: ToneProfile) -> None:
        """The tones that Detect.SUPERVISORY hears from now on; none at first."""
        with self.alone() as state:
            refused = lib.supervisory_profile(state, tone_sets(profile), len(profile.sets))
        if refused:
            raise ProfileError(profile.name, "", f"a listener with {self.detectors!r}", f"{Detect.SUPERVISORY!r}")

    def feed(self, alaw: Octets) -> Events:
        """Hear any number of samples of every port; what was certain within them, in order of time."""
        octets = check_alaw(alaw, self.ports)
        if octets.strides[1] != 1 or octets.strides[0] < 0:
            octets = np.ascontiguousarray(octets)
        with self.alone():
            return self._feed(lib.listener_feed, octets, octets.strides[0], 1)

    def feed_e1(self, frames: Octets) -> Events:
        """Hear frames of E1 spans as on the wire, (spans, samples, 32): port 32 s + t is timeslot t of span s."""
        octets = np.ascontiguousarray(check_frames(frames, self.ports))
        with self.alone():
            return self._feed(lib.listener_feed_e1, octets, octets.strides[0], TIMESLOTS)

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """The C state, while nobody else uses it; BusyError when somebody does."""
        with self._turn:
            yield self._state

    def _feed(self, kernel: Callable[..., int], octets: Octets, stride: int, sample_octets: int) -> Events:
        parts = []
        at, samples = 0, octets.shape[1]
        start = ffi.cast("uint8_t *", octets.ctypes.data)
        out = ffi.cast("struct detection *", ffi.from_buffer(self._out))
        found = ffi.new("size_t *")
        while at < samples:
            rest = start + at * sample_octets
            took = kernel(self._state, rest, stride, samples - at, out, len(self._out), found)
            parts.append(self._events(found[0]))
            self._samples += took
            at += took
        return np.concatenate(parts)

    def _events(self, found: int) -> Events:
        detections = self._out[:found]
        detections = detections[np.argsort(detections["offset"], kind="stable")]
        events = np.empty(found, EVENT_DTYPE)
        for field in ("port", "kind", "code", "a", "b"):
            events[field] = detections[field]
        events["sample"] = detections["offset"].astype(np.uint64) + np.uint64(self._samples)
        return events


class ListenerBank:
    """A listener with one detector, on for all ports from the start."""

    DETECTOR: ClassVar[Detect]

    def __init__(self, ports: int, detector: Detect | None = None) -> None:
        self._detector: Final = self.DETECTOR if detector is None else detector
        self._listener: Final = Listener(ports, self._detector)
        self.ports: Final = ports
        for port in range(ports):
            self._listener.enable(port, self._detector, on=True)

    def enable(self, port: int, *, on: bool) -> None:
        """Let a port be heard or not; either forgets what was heard before."""
        self._listener.enable(port, self._detector, on=on)

    def feed(self, alaw: Octets) -> Events:
        """Hear any number of samples of every port; what was certain within them, in order of time."""
        return self._listener.feed(alaw)
