"""A board over shared memory, `shm://NAME?spare_ms=8&longest_ms=64&dead_ms=100`: its exchange is another process.

The exchange makes the mapping /dev/shm/kmcc-NAME and serves it; the switch opens it. Each side is held by a lock on one
octet of the file, which ends with its process, however that ends. The mapping stays, so either side may be killed and
started again while the other hears a dead line. `spare_ms` is how late the ticks of either side may come.
"""

import fcntl
import mmap
import os
import re
import struct
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

from kmcc.drivers.board import BoardBusyError, BoardError, BoardInfo, BoardNotFoundError
from kmcc.drivers.racked import RackedBoard
from kmcc.dsp.elastic import StoreSettings
from kmcc.dsp.mapped import (
    EXCHANGE,
    SWITCH,
    Geometry,
    MappedCounters,
    MappedSide,
    format_mapping,
    geometry_of,
)
from kmcc.dsp.rack import Place, Rack

FOLDER: Final = Path("/dev/shm")
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LIMITS: Final[Mapping[str, tuple[int, int]]] = {"spare_ms": (0, 60), "longest_ms": (8, 90), "dead_ms": (20, 60_000)}
SIDES: Final = {EXCHANGE: "exchange", SWITCH: "switch"}
ATTEMPTS: Final = 5


def mapping_file(url: str) -> Path:
    """Where the mapping of this URL lies."""
    name = urlsplit(url).netloc
    if not NAME.fullmatch(name):
        raise BoardNotFoundError(f"{url}: found the name {name!r}, expected letters, digits, '.', '_' and '-'")
    return FOLDER / f"kmcc-{name}"


def settings_of(url: str) -> StoreSettings:
    query = urlsplit(url).query
    values: dict[str, int] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise BoardNotFoundError(f"{url}: {error}") from None
    for key, text in pairs:
        lowest, highest = LIMITS.get(key, (0, -1))
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            known = ", ".join(f"{name}={low}..{high}" for name, (low, high) in LIMITS.items())
            raise BoardNotFoundError(f"{url}: found {key}={text}, expected {known}")
        values[key] = int(text)
    return StoreSettings(**values)


def open_shared(url: str, spans: int, lines: int) -> "SharedBoard":
    """The switch's side of this URL, for `open_board`. BoardNotFoundError when the URL says what it does not know."""
    return SharedBoard(url, spans=spans, lines=lines)


class SharedBoard(RackedBoard):
    """One side of a mapping. The exchange's side makes it anew when it is not there or is for another size."""

    def __init__(
        self, url: str, *, spans: int, lines: int, side: int = SWITCH, tick_samples: int | None = None
    ) -> None:
        super().__init__(
            BoardInfo(url=url, model="E1 and lines over shared memory", serial=SIDES[side], spans=spans, lines=lines)
        )
        self._file = mapping_file(url)
        self._settings = settings_of(url)
        self._side = side
        self._tick_samples = tick_samples  # of a mapping that is made
        self._opened = ExitStack()
        self._mapped: MappedSide | None = None

    @property
    def counters(self) -> MappedCounters | None:
        """None before it was opened."""
        return None if self._mapped is None else self._mapped.counters()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            fd = self._take()
            opened.callback(self._leave, fd)
            self._mapped = MappedSide(self._map(fd), self._side, self._settings)
            self._opened = opened.pop_all()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        super().__exit__(kind, error, trace)
        self._opened.close()

    def _leave(self, fd: int) -> None:
        """The last to leave takes the file away."""
        if self._is_still(fd) and _lock(fd, 1 - self._side):
            self._file.unlink(missing_ok=True)
        os.close(fd)

    def deliver(self) -> None:
        """The exchange hands out its own events."""

    def _plug(self, rack: Rack, place: Place) -> None:
        if self._mapped is None:
            raise BoardError(f"{self._info.url}: open the board first")
        there = self._mapped.geometry
        if rack.engine.tick_samples != there.tick_samples:
            raise BoardError(
                f"{self._info.url}: the exchange has ticks of {there.tick_samples} samples, "
                f"expected {rack.engine.tick_samples}"
            )
        self._mapped.plug(rack, place)
        self.own_clock = self._mapped

    def _take(self) -> int:
        """The file, with our octet of it locked."""
        for _ in range(ATTEMPTS):
            fd = self._open()
            if not _lock(fd, self._side):
                os.close(fd)
                raise BoardBusyError(f"{self._info.url}: another process is its {SIDES[self._side]} already")
            if self._is_still(fd) and (self._side == SWITCH or self._is_made(fd)):
                return fd
            os.close(fd)
        raise BoardBusyError(f"{self._info.url}: others keep making it anew")

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if self._side == EXCHANGE else 0)
        try:
            return os.open(self._file, flags, 0o600)
        except FileNotFoundError:
            raise BoardNotFoundError(f"{self._info.url}: no exchange serves {self._file}, start one first") from None
        except OSError as error:
            raise BoardError(f"{self._info.url}: {self._file}: {error.strerror}") from None

    def _is_still(self, fd: int) -> bool:
        """Nobody has put another file in its place since."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(fd), self._file.stat())
        return False

    def _is_made(self, fd: int) -> bool:
        """It is a mapping of our size, made now if it is new. Another is taken away: whoever holds it hears no more."""
        wanted = Geometry(self._info.spans, self._info.lines, self._tick_samples or 64)
        if os.fstat(fd).st_size == 0:
            os.ftruncate(fd, wanted.octets)
            with mmap.mmap(fd, wanted.octets) as mapping:
                format_mapping(mapping, wanted)
            return True
        if geometry_of(os.pread(fd, mmap.PAGESIZE, 0)) == wanted and os.fstat(fd).st_size == wanted.octets:
            return True
        self._file.unlink(missing_ok=True)
        return False

    def _map(self, fd: int) -> mmap.mmap:
        there = geometry_of(os.pread(fd, mmap.PAGESIZE, 0))
        info = self._info
        if there is None or os.fstat(fd).st_size < there.octets:
            raise BoardError(f"{info.url}: {self._file} is no mapping of this version")
        if there.spans < info.spans or there.lines < info.lines:
            raise BoardError(
                f"{info.url}: the exchange has {there.spans} spans and {there.lines} lines, "
                f"expected {info.spans} and {info.lines}"
            )
        with open(f"/proc/self/fd/{fd}", "r+b", buffering=0) as file:  # the lock shall not last as long as the mapping
            return mmap.mmap(file.fileno(), there.octets, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)


def _lock(fd: int, octet: int) -> bool:
    """Of the open file, not of the process: two sides may be in one, and it ends with the last descriptor."""
    wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, octet, 1, 0)
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, wanted)
    except OSError:
        return False
    return True
