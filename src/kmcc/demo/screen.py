"""What a person at the terminal sees while the morning is played: headings, ladders, and a line of status below."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from kmcc.demo.ladder import LadderView
from kmcc.firmware_sim.morning import Scene
from kmcc.store.event import Event


class Screen:
    """`pace_s`: how long a ladder stays before the play goes on, on a terminal; it takes no line time."""

    def __init__(self, console: Console, pace_s: float) -> None:
        self._console = console
        self._pace_s = pace_s if console.is_terminal else 0.0
        self._ladders = LadderView(console)
        self.paused_s = 0.0

    @contextmanager
    def status(self, line: Callable[[], str]) -> Iterator[None]:
        """Keep this line up to date at the foot of a terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, get_renderable=lambda: Text(line(), style="reverse"), transient=True):
            yield

    def scene(self, number: int, scene: Scene, at: datetime) -> None:
        self._console.print(Rule(f"{at:%H:%M:%S}  {number}. {scene.title}", align="left"))
        self._ladders.brief = scene.is_crowded

    def take(self, event: Event) -> None:
        before = self._ladders.printed
        self._ladders.take(event)
        if self._pace_s and self._ladders.printed > before:
            time.sleep(self._pace_s)
            self.paused_s += self._pace_s

    def finish(self) -> None:
        self._ladders.finish()
