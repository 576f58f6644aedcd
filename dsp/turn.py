"""One thread at a time: what a C state is guarded by, for C itself locks nothing."""

from threading import Lock
from typing import Final

from kmcc.dsp.errors import BusyError


class Turn:
    """`with turn:` goes on at once, or BusyError while another thread is within."""

    def __init__(self, what: str) -> None:
        self._what: Final = what
        self._lock: Final = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise BusyError(self._what)

    def check(self) -> None:
        """BusyError while anybody is within."""
        if self._lock.locked():
            raise BusyError(self._what)

    def __exit__(self, *_: object) -> None:
        self._lock.release()
