"""Room for recordings: below the floor no new one begins, never a call; above it again they do."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kmcc.switch.journal import Journal

FreeOctets = Callable[[Path], int]
RELIEF: Final = 1.1  # of the floor, before the alarm is over: a disk on the verge would give one a call


def free_octets(folder: Path) -> int:
    """What a process without privileges may still write there."""
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


class DiskGuard:
    """Asked before every recording; a change is one event."""

    def __init__(self, folder: Path, floor_octets: int, journal: Journal, free: FreeOctets = free_octets) -> None:
        self.is_full = False
        self._folder = folder
        self._floor = floor_octets
        self._journal = journal
        self._free = free

    def has_room(self) -> bool:
        """A folder that cannot be asked is left to the attempt to write there."""
        try:
            free = self._free(self._folder)
        except OSError:
            return True
        is_full = free < self._floor * (RELIEF if self.is_full else 1.0)
        if is_full is not self.is_full:
            self.is_full = is_full
            kind = "alarm.recordings_disk" if is_full else "recordings.resumed"
            self._journal.write(kind, free_octets=free, floor_octets=self._floor)
        return not is_full
