"""Recording on demand as the console orders it."""

from kmcc.switch.callserver import CallServer
from kmcc.switch.recording_rules import RecordingRefusedError


class Recorders:
    """Implements kmcc.console.recordings.Recorders."""

    def __init__(self, calls: CallServer) -> None:
        self._calls = calls

    def seat_of(self, call: str) -> str | None:
        if call not in self._calls.calls:
            raise RecordingRefusedError(f"call {call} is not up")
        return self._calls.calls[call].seat

    def start(self, call: str) -> None:
        self._calls.recordings.start(call)

    def stop(self, call: str) -> None:
        self._calls.recordings.stop(call)
