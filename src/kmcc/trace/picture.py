"""The ladder of a call as a picture (SVG): a lifeline for each side, an arrow a signal, the time at the left."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template

from kmcc.trace.call_trace import CallTrace, Row

TIME_X: Final = 76.0
"""Times end here."""
LEFT_X: Final = 110.0
REACH: Final = 330.0
"""From lifeline to lifeline."""
HEAD_Y: Final = 84.0
STEP_Y: Final = 19.0
MARGIN_Y: Final = 24.0
WORDS_X: Final = 340.0
"""Room for words beside the centre, when no second leg stands there."""
MARGIN_X: Final = 60.0
NARROW: Final = 7.0
WIDE: Final = 13.0
LAST_NARROW: Final = 0x2E7F
"""Behind it come the characters of Chinese."""
COLOURS: Final = {"line.bits": "#0a6ebd", "register.signal": "#a0268f"}
MOST_LINES: Final = 2
NOT_XML: Final = dict.fromkeys(
    {*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF} - {ord("\t"), ord("\n"), ord("\r")}, "\ufffd"
)
"""Characters that XML 1.0 has no place for (production 2)."""
SIDES: Final = {"en": ("exchange", "centre"), "zh": ("交换局", "中心")}


@dataclass(frozen=True, slots=True)
class Lifeline:
    x: float
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From x1 to x2; `time` is empty where the arrow answers the one above within the same millisecond."""

    y: float
    x1: float
    x2: float
    text: str
    time: str
    colour: str


@dataclass(frozen=True, slots=True)
class Note:
    """What we did."""

    y: float
    x: float
    text: str
    time: str


def picture(trace: CallTrace, lang: str = "en") -> str:
    """The text of an SVG file."""
    drawing = _Drawing(trace, lang)
    for row in trace.rows:
        drawing.add(row)
    return (
        _template()
        .render(
            title=f"{trace.calling or '-'} → {trace.called or '-'}",
            trace=trace,
            lifelines=drawing.lifelines,
            arrows=drawing.arrows,
            notes=drawing.notes,
            width=drawing.width(),
            bottom=drawing.y,
            height=drawing.y + MARGIN_Y + (2 * STEP_Y if trace.reason else 0),
            reason=trace.reason,
        )
        .translate(NOT_XML)
    )


class _Drawing:
    """Grows downwards, an arrow or a note a step. The centre stands between its first leg and the second one."""

    def __init__(self, trace: CallTrace, lang: str) -> None:
        self._trace = trace
        self._lang = lang
        exchange, centre = SIDES[lang]
        sides = trace.circuits[:MOST_LINES]
        self.centre_x = LEFT_X + REACH
        self._x_of = {circuit: LEFT_X + 2 * REACH * n for n, circuit in enumerate(sides)}
        lines = [Lifeline(self._x_of[circuit], exchange, circuit) for circuit in sides]
        lines.append(Lifeline(self.centre_x, centre, "KMCC"))
        self.lifelines = sorted(lines, key=lambda line: line.x)
        self.arrows: list[Arrow] = []
        self.notes: list[Note] = []
        self.y = HEAD_Y
        self._time = ""

    def add(self, row: Row) -> None:
        if row.ours:
            self._down(row.at_s)
            self.notes.append(Note(self.y, self.centre_x + 10, row.ours, self._time))
            return
        incoming, outgoing, _ = row.words(self._lang)
        far_x = self._x_of.get(row.circuit, LEFT_X)
        signals = [(incoming, far_x, self.centre_x), (outgoing, self.centre_x, far_x)]
        times = [row.at_s, row.at_s if row.answered_s is None else row.answered_s]
        present = [signal for signal in (signals[::-1] if row.is_ours_first else signals) if signal[0]]
        for (text, x1, x2), at_s in zip(present, times, strict=False):
            self._down(at_s)
            self.arrows.append(Arrow(self.y, x1, x2, text, self._time, COLOURS.get(row.kind, "#444")))

    def width(self) -> float:
        """Room for the lifelines and for every word beside the centre."""
        words = (note.x + _text_width(note.text) + MARGIN_Y for note in self.notes)
        return max(self.lifelines[-1].x + MARGIN_X, self.centre_x + WORDS_X, *words)

    def _down(self, at_s: float) -> None:
        self.y += STEP_Y
        self._time = f"{at_s - self._trace.since_s:.3f}"


def _text_width(text: str) -> float:
    """As wide as any font makes it, nearly."""
    return sum(WIDE if ord(letter) > LAST_NARROW else NARROW for letter in text)


@cache
def _template() -> Template:
    source = files("kmcc.trace").joinpath("ladder.svg").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        source
    )
