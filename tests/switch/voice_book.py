"""Books of flows for tests: a text of TOML read and checked as the house reads its own."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kmcc.config.flow_file import load_flows
from kmcc.switch.announce import Language, packaged_catalogue
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice.check import World
from kmcc.switch.voice.function import Signature
from kmcc.switch.voice.interpreter import Result, begin, receive
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.value import Kind
from kmcc.switch.voice.visit import Facts, Visit

NOW = datetime(2000, 5, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
FUNCTIONS: Mapping[str, Signature] = {
    "balance": Signature(
        {"number": Kind.DIGITS}, {"owed": Kind.AMOUNT, "since": Kind.DATE, "story": Kind.SPEECH}, ("unknown",)
    ),
    "kind-of-line": Signature({}, {"line": Kind.WORD}),
    "keep": Signature({"pin": Kind.SECRET}, {}),
    "fill": Signature(
        {},
        {"n": Kind.NUMBER, "month": Kind.MONTH, "at": Kind.TIME, "digits": Kind.DIGITS},
    ),
}
WORLD = World(packaged_catalogue().prompts.keys(), FUNCTIONS, ("identity",), ("bill", "fault"))
HEAD = """
[settings]
exhausted = "end"
fault = "end"
silence = "no-key"

[keys]
0 = "end"
"*" = "up"
"*0" = "end"

[entries]
centre = "root"
"""
END = """
[nodes.end]
title = { zh = "完", en = "end" }
steps = [{ play = ["goodbye"] }, { hang_up = "normal" }]
"""


def node(name: str, *steps: str) -> str:
    rows = ",\n".join(f"  {{ {step} }}" for step in steps)
    return f'\n[nodes.{name}]\ntitle = {{ zh = "{name}", en = "{name}" }}\nsteps = [\n{rows},\n]\n'


def text_of(*nodes: str, head: str = HEAD) -> str:
    return head + "".join(nodes) + END


def book_of(folder: Path, text: str, world: World = WORLD) -> FlowBook:
    file = folder / "flows.toml"
    file.write_text(text, encoding="utf-8")
    return load_flows(file, world)


class Walk:
    """One visit, step by step; `all` has every effect since the last news."""

    def __init__(
        self, book: FlowBook, *, calling: str | None = "3190001", now: datetime = NOW, language: Language = Language.ZH
    ) -> None:
        self.book = book
        self.now = now
        self.visit: Visit
        self.all: tuple[fx.Effect, ...]
        self._take(begin(book, "centre", Facts("centre", "1000", calling, "ordinary", language), now))

    def _take(self, result: Result) -> None:
        self.visit, self.all = result

    @property
    def last(self) -> fx.Effect:
        return self.all[-1]

    @property
    def heard(self) -> tuple[str, ...]:
        assert isinstance(self.last, fx.Say | fx.Listen)
        return self.last.names

    def hear(self, news: fx.News) -> "Walk":
        self._take(receive(self.book, self.visit, news, self.now))
        return self

    def done(self) -> "Walk":
        return self.hear(fx.Done())

    def told(self, outcome: str, **values: object) -> "Walk":
        return self.hear(fx.Told(outcome, values))  # type: ignore[arg-type]

    def keys(self, keys: str) -> "Walk":
        """Pressed one after the other; "~" is a pause until the time is over."""
        for key in keys:
            self.hear(fx.Key("" if key == "~" else key))
        return self
