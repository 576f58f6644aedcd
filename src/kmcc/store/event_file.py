"""The file of the event log: appended to in one piece a line, read back by number, mended after a crash."""

import fcntl
import os
from collections import deque
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from kmcc.store.errors import EventLogBrokenError, EventLogInUseError
from kmcc.store.event import Event

log = structlog.get_logger()

BLOCK_OCTETS: Final = 65_536
WAITING_LINES: Final = 100_000  # what a disk that stays full may cost in memory


class EventFile:
    """Opened for appending; numbers in it only grow.

    A crash can leave the last line half written. That piece was never confirmed to anybody: it is cut off, and
    `cut_octets` says how long it was. Damage anywhere else is not ours to mend and raises EventLogBrokenError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unwritten: deque[bytes] = deque()
        self.lost_lines = 0
        try:
            self._file = path.open("a+b", buffering=0)
        except OSError as error:
            raise EventLogBrokenError(str(path), f"cannot be opened ({error.strerror})") from None
        try:
            self._lock()
            self.cut_octets = self._cut_torn_line()
            last = self._last_event()
            self.last_seq = 0 if last is None else last.seq
            self.last_at = None if last is None else datetime.fromisoformat(last.at)
        except (EventLogBrokenError, EventLogInUseError):
            self._file.close()
            raise

    def _lock(self) -> None:
        """Two writers would give one number twice. The lock goes with the process, however it ends."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EventLogInUseError(str(self._path)) from None

    @property
    def unwritten_octets(self) -> int:
        return sum(map(len, self._unwritten))

    def append(self, line: bytes) -> None:
        """Hand the line to the operating system. When that fails the line waits for the next one."""
        if len(self._unwritten) >= WAITING_LINES:
            self.lost_lines += 1
        else:
            self._unwritten.append(line)
        self._write_waiting()

    def read(self, *, after: int, before: int, limit: int | None = None) -> list[Event]:
        """The events numbered above `after` and below `before`, the first `limit` of them.

        It may run in any thread, beside the writer: it opens the file anew and looks at whole lines only.
        """
        found: list[Event] = []
        with self._path.open("rb") as file:
            file.seek(self._offset_after(file, after))
            for line in file:
                if not line.endswith(b"\n"):  # the rest of it waits in `_unwritten`
                    break
                event = self._event(line)
                if event.seq >= before or len(found) == limit:
                    break
                if event.seq > after:
                    found.append(event)
        return found

    def close(self) -> None:
        """What waits is tried once more; what the disk still does not take is lost, and the log says how much."""
        if self._file.closed:
            return
        self._write_waiting()
        if self._unwritten:
            log.error("events lost, the disk did not take them", file=str(self._path), lines=len(self._unwritten))
        with suppress(OSError):  # a disk that cannot take it now is no reason to keep the file open
            os.fsync(self._file.fileno())
        self._file.close()

    def _write_waiting(self) -> None:
        while self._unwritten:
            head = self._unwritten.popleft()
            taken = self._write(head)
            if taken < len(head):
                self._unwritten.appendleft(head[taken:])
                return

    def _write(self, octets: bytes) -> int:
        try:
            return self._file.write(octets) or 0
        except OSError:
            return 0

    def _cut_torn_line(self) -> int:
        size = self._file.seek(0, os.SEEK_END)
        end = self._end_of_last_line(size)
        if end < size:
            self._file.truncate(end)
        return size - end

    def _end_of_last_line(self, size: int) -> int:
        """The offset after the last line feed, 0 when there is none."""
        start, tail = size, b""
        while start > 0 and b"\n" not in tail:
            step = min(BLOCK_OCTETS, start)
            start -= step
            tail = self._read_at(start, step)
        return start + tail.rfind(b"\n") + 1

    def _last_event(self) -> Event | None:
        end = self._file.seek(0, os.SEEK_END)
        if end == 0:
            return None
        start = self._end_of_last_line(end - 1)
        return self._event(self._read_at(start, end - start))

    def _read_at(self, start: int, octets: int) -> bytes:
        return os.pread(self._file.fileno(), octets, start)

    def _offset_after(self, file: BinaryIO, seq: int) -> int:
        """Where a line starts from which on every number above `seq` is found; bisection over the octets."""
        low, high = 0, file.seek(0, os.SEEK_END)
        while high - low > BLOCK_OCTETS:
            middle = (low + high) // 2
            file.seek(middle)
            file.readline()
            start = file.tell()
            line = file.readline()
            if not line.endswith(b"\n") or self._event(line).seq > seq:
                high = middle
            else:
                low = start
        return low

    def _event(self, line: bytes) -> Event:
        try:
            return Event.from_line(line)
        except ValueError:
            raise EventLogBrokenError(str(self._path), "a line is no event of ours") from None
