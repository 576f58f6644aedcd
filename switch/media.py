"""The asyncio side of one media engine: hands each event to whoever owns its port, in order of time."""

from collections.abc import Callable

from kmcc.dsp.engine import Detect, Engine, EngineEvent, EventKind
from kmcc.switch.recording_writer import RecordingWriter

PortHandler = Callable[[EngineEvent], None]


class Media:
    """One engine and the owners of its ports. Whoever moves the board's frames calls `deliver` after each run."""

    def __init__(self, engine: Engine, writer: RecordingWriter | None = None) -> None:
        self.engine = engine
        self.writer = RecordingWriter() if writer is None else writer
        self._handlers: dict[int, tuple[PortHandler, ...]] = {}
        self._span_handlers: list[PortHandler] = []
        self._detectors: dict[int, Detect] = {}

    def subscribe(self, port: int, handler: PortHandler) -> None:
        """`handler` gets every event of this port from now on, after those who came earlier."""
        self._handlers[port] = (*self._handlers.get(port, ()), handler)

    def unsubscribe(self, port: int, handler: PortHandler) -> None:
        self._handlers[port] = tuple(h for h in self._handlers.get(port, ()) if h != handler)

    def listen(self, port: int, detectors: Detect) -> None:
        """Switch these detectors on; those that others switched on stay on."""
        self._set_detectors(port, self._detectors.get(port, Detect(0)) | detectors)

    def ignore(self, port: int, detectors: Detect) -> None:
        """Switch these detectors off."""
        self._set_detectors(port, self._detectors.get(port, Detect(0)) & ~detectors)

    def _set_detectors(self, port: int, wanted: Detect) -> None:
        if wanted != self._detectors.get(port, Detect(0)):
            self._detectors[port] = wanted
            self.engine.detect(port, wanted)

    def watch_spans(self, handler: PortHandler) -> None:
        """`handler` gets span alarms and overruns."""
        self._span_handlers.append(handler)

    def deliver(self) -> int:
        """Hand out what the engine has to tell; how many events there were."""
        events = self.engine.events()
        for event in events:
            if event.kind in (EventKind.SPAN, EventKind.OVERRUN):
                for handler in self._span_handlers:
                    handler(event)
                continue
            for handler in self._handlers.get(event.port, ()):
                handler(event)
        return len(events)
