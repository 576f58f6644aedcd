"""A bridge: who of a talk speaks to whom, over links or a conference of the engine (R-112).

Two who talk are linked octet for octet, at no cost. With a third party all meet in a conference room, where two alone
still hear each other octet for octet: whoever comes to listen is not to be noticed.
"""

import heapq
import math
from collections.abc import Mapping
from enum import Enum

from kmcc.dsp.engine import Engine
from kmcc.dsp.engine_speech import Aside
from kmcc.switch.errors import SwitchError


class Role(Enum):
    """What a party hears and who hears it."""

    TALK = "talk"
    SEAT = "seat"  # talks, and hears whispers
    LISTEN = "listen"  # hears all, heard by nobody
    WHISPER = "whisper"  # hears all, heard only by the seat and by others who whisper


ASIDES = {Role.SEAT: Aside.HEARS, Role.WHISPER: Aside.SPEAKS | Aside.HEARS}
SPEAKERS = frozenset({Role.TALK, Role.SEAT})


class NoRoomError(SwitchError):
    def __init__(self, rooms: int) -> None:
        super().__init__(f"conference: all {rooms} rooms are in use")


class Rooms:
    """The conference rooms of one engine; the lowest that is free is taken."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._free = list(range(engine.conferences))

    @property
    def free(self) -> int:
        return len(self._free)

    def take(self) -> int:
        if not self._free:
            raise NoRoomError(self.engine.conferences)
        return heapq.heappop(self._free)

    def give_back(self, room: int) -> None:
        heapq.heappush(self._free, room)


class Bridge:
    """The ports of one talk; `arrange` with nobody leaves them silent and the room free."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._engine = rooms.engine
        self._room: int | None = None
        self._parties: dict[int, Role] = {}
        self._roles: dict[int, Role] = {}  # that the engine knows of, by port

    @property
    def parties(self) -> Mapping[int, Role]:
        return self._parties

    def arrange(self, parties: Mapping[int, Role]) -> None:
        """Let these and nobody else hear each other, from the next tick on. NoRoomError changes nothing."""
        if parties == self._parties:
            return
        is_pair = len(parties) <= 2 and all(role in SPEAKERS for role in parties.values())
        if not is_pair and self._room is None:
            self._room = self._rooms.take()
        for port in self._parties.keys() - parties.keys():
            self._leave(port)
        if is_pair:
            self._link(tuple(parties))
        else:
            self._meet(parties)
        self._parties = dict(parties)

    def _link(self, ports: tuple[int, ...]) -> None:
        for port in ports:
            self._be(port, Role.TALK)
        if len(ports) == 2:
            self._engine.connect(*ports)
        else:
            for port in ports:
                self._engine.unlink(port)
        if self._room is not None:
            self._rooms.give_back(self._room)
            self._room = None

    def _meet(self, parties: Mapping[int, Role]) -> None:
        """Roles first: who is to listen or to whisper is never heard by all, not for a tick."""
        was_room = len(self._parties) > 2 or any(role not in SPEAKERS for role in self._parties.values())
        for port, role in parties.items():
            self._be(port, role)
        for port in parties:
            if self._room is not None and not (was_room and port in self._parties):
                self._engine.join(port, self._room)

    def _leave(self, port: int) -> None:
        self._engine.unlink(port)
        self._be(port, Role.TALK)

    def _be(self, port: int, role: Role) -> None:
        was = self._roles.get(port, Role.TALK)
        if role is was:
            return
        if (role is Role.LISTEN) is not (was is Role.LISTEN):
            self._engine.member_gain(port, -math.inf if role is Role.LISTEN else 0)
        if ASIDES.get(role, Aside.NONE) != ASIDES.get(was, Aside.NONE):
            self._engine.member_aside(port, ASIDES.get(role, Aside.NONE))
        if role is Role.TALK:
            del self._roles[port]
        else:
            self._roles[port] = role
