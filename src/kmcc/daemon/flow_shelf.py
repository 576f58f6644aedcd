"""The flows in force: read at the start, read anew when asked or when the file has changed, for the calls that follow.

A file that is wrong changes nothing: the flows that were in force stay, the house says so and is not well until the
file is. Calls in progress go on with the book they began with.
"""

import asyncio
from concurrent.futures import Executor
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

from kmcc.config.errors import ConfigError
from kmcc.config.flow_file import load_flows
from kmcc.console.flows import FlowsInForce
from kmcc.switch.journal import Journal
from kmcc.switch.voice.check import World
from kmcc.switch.voice.step import FlowBook

Stamp = tuple[int, int, int] | None
"""What of a file tells that it is another one; None = it is not there."""

PACKAGED: Final = "menu.toml"


def packaged_flows() -> Path:
    """Those that come with the program."""
    return Path(str(files("kmcc.centre").joinpath(PACKAGED)))


class FlowShelf:
    """`executor` reads in its thread; without one it is done on the spot. ConfigError when the first file is wrong."""

    def __init__(self, path: Path | None, world: World, journal: Journal, executor: Executor | None = None) -> None:
        self.path = packaged_flows() if path is None else path
        self._world = world
        self._journal = journal
        self._executor = executor
        self._stamp = _stamp(self.path)
        self.book = load_flows(self.path, world)
        self.faults: tuple[str, ...] = ()

    def in_force(self) -> FlowsInForce:
        return FlowsInForce(str(self.path), tuple(self.book.entries), len(self.book.nodes), self.faults)

    async def reload(self) -> tuple[str, ...]:
        """Read the file anew; the faults for which it was refused, none when it is in force."""
        self._stamp = _stamp(self.path)
        try:
            self.book = await self._read()
        except ConfigError as error:
            self.faults = tuple(str(error).splitlines())
            self._journal.write("flows.refused", file=str(self.path), faults=len(self.faults), first=self.faults[0])
            self._journal.write("alarm.flows", file=str(self.path))
        else:
            self.faults = ()
            self._journal.write("flows.loaded", file=str(self.path), nodes=len(self.book.nodes))
        return self.faults

    async def watch(self, every_s: float) -> None:
        """Look at the file from time to time, until cancelled; what comes with the program does not change."""
        while True:
            await asyncio.sleep(every_s)
            if _stamp(self.path) != self._stamp:
                await self.reload()

    async def _read(self) -> FlowBook:
        read = partial(load_flows, self.path, self._world)
        if self._executor is None:
            return read()
        return await asyncio.get_running_loop().run_in_executor(self._executor, read)


def _stamp(path: Path) -> Stamp:
    try:
        now = path.stat()
    except OSError:
        return None
    return (now.st_mtime_ns, now.st_size, now.st_ino)
