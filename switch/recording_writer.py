"""Who writes recordings to the disk: in virtual time whoever asks, at once; in real time a thread of its own.

A disk that is slow for a second holds up no call then: the rings of the recorders take up eight. The thread writes what
they hold every second, so that a crash costs no speech that is older (R-336).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from kmcc.dsp.recorder import Recorder, RecorderError

EVERY_S: Final = 1.0

OnWriterFault = Callable[[RecorderError], None]


class RecordingWriter:
    """Work is done in the order in which it is asked for. With a thread, faults are told by the loop, later."""

    def __init__(self, *, has_thread: bool = False) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recordings") if has_thread else None
        self._open: dict[Recorder, OnWriterFault] = {}
        self._timer: asyncio.TimerHandle | None = None

    def take(self, recorder: Recorder, on_fault: OnWriterFault) -> None:
        """Write what it records from now on, until `close`. `on_fault` hears of every write that fails."""
        self._open[recorder] = on_fault
        if self._thread is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(EVERY_S, self._drain_all)

    def drain(self, recorder: Recorder) -> None:
        """Its ring is half full."""
        self._do(recorder.drain, self._open[recorder])

    def close(self, recorder: Recorder) -> None:
        """Write the rest, and the header."""
        self._do(recorder.close, self._open.pop(recorder))

    def when_written(self, then: Callable[[], None]) -> None:
        """`then` is called when all that was asked for until now is on the disk."""
        if self._thread is None:
            then()
        else:
            loop = asyncio.get_running_loop()
            self._thread.submit(loop.call_soon_threadsafe, then)

    async def shut(self) -> None:
        """Returns when everything is written; nothing may be asked for afterwards."""
        if self._timer is not None:
            self._timer.cancel()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.shutdown)

    def _drain_all(self) -> None:
        """A recorder that is closed later is closed behind this."""
        for recorder, on_fault in self._open.items():
            self._do(recorder.drain, on_fault)
        self._timer = asyncio.get_running_loop().call_later(EVERY_S, self._drain_all) if self._open else None

    def _do(self, work: Callable[[], object], on_fault: OnWriterFault) -> None:
        if self._thread is None:
            _try(work, on_fault)
        else:
            loop = asyncio.get_running_loop()
            self._thread.submit(_try, work, lambda fault: loop.call_soon_threadsafe(on_fault, fault))


def _try(work: Callable[[], object], on_fault: Callable[[RecorderError], object]) -> None:
    try:
        work()
    except RecorderError as fault:
        on_fault(fault)
