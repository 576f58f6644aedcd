"""The picture of a book of flows (SVG 1.1): trees from left to right, keys at the lines, in each box what is done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from kmcc.switch.announce import Language
from kmcc.switch.voice import step as st
from kmcc.switch.voice.tree import EVERYWHERE, Branch, Way, trees, words

COLUMN: Final = 330.0
BOX: Final = 236.0
LINE: Final = 15.0
HEAD: Final = 24.0
GAP: Final = 12.0
MARGIN: Final = 24.0
TAG: Final = 96.0
"""Room for the name of an entry at the left."""
TOP: Final = 78.0
WIDE_FROM: Final = 0x2E80
"""From here on characters are as wide as high."""
INK: Final = {"menu": "#0b5394", "act": "#38761d", "end": "#990000"}
FILL: Final = {"menu": "#e8f0fb", "act": "#edf6e9", "end": "#fbeaea"}
MOST_CHARACTERS: Final = 36
NARROW: Final = 0.56
"""Of its size, how wide a letter is on average."""


@dataclass(slots=True)
class Box:
    """A node in its place."""

    branch: Branch
    x: float
    lines: tuple[str, ...]
    way: Way | None = None
    y: float = 0.0
    below: list["Box"] = field(default_factory=list)

    @property
    def height(self) -> float:
        return HEAD + LINE * len(self.lines) + 4

    @property
    def kind(self) -> str:
        steps = self.branch.node.steps
        if any(isinstance(step, st.Menu) for step in steps):
            return "menu"
        return "end" if any(isinstance(step, st.HangUp) for step in steps) else "act"


def picture(book: st.FlowBook) -> str:
    """A whole SVG document."""
    grown = trees(book)
    boxes: list[tuple[str, Box]] = []
    y = TOP
    for entry, branch in grown.items():
        box = _box(branch, MARGIN + TAG, None, book)
        y = _place(box, y) + GAP
        boxes.append((entry, box))
    shapes = [shape for entry, box in boxes for shape in (*_entry(entry, box), *_shapes(box))]
    width = max(box.x + BOX for _, root in boxes for box in _all(root)) + MARGIN
    return _document(width, y + MARGIN, [*_legend(book), *shapes])


def _box(branch: Branch, x: float, way: Way | None, book: st.FlowBook) -> Box:
    steps = tuple(_short(words(step)) for step in branch.node.steps if not isinstance(step, st.GoTo))
    references = tuple(_short(_reference(way, book)) for way in branch.references)
    entries = (
        () if way is None else tuple(f"入口 entry: {name}" for name, to in book.entries.items() if to == branch.node.id)
    )
    box = Box(branch, x, (*entries, *steps, *references), way)
    box.below = [_box(child, x + COLUMN, down, book) for down, child in branch.children]
    return box


def _reference(way: Way, book: st.FlowBook) -> str:
    title = book.nodes[way.target].title[Language.ZH] if way.target in book.nodes else WORDS[way.target]
    return f"{'  '.join(way.by)} → {title}".strip()


WORDS: Final = {st.UP: "上级菜单 up", st.AGAIN: "重听 again"}


def _short(text: str, most: int = MOST_CHARACTERS) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _place(box: Box, top: float) -> float:
    """Beside the middle of what is below it; the lower edge of both."""
    bottom = top
    for child in box.below:
        bottom = _place(child, bottom) + GAP
    bottom = max(bottom - GAP, top)
    box.y = max(top, (top + bottom - box.height) / 2) if box.below else top
    return max(bottom, box.y + box.height)


def _all(box: Box) -> Iterator[Box]:
    yield box
    for child in box.below:
        yield from _all(child)


# --- shapes ----------------------------------------------------------------------------------------------------------


def _entry(entry: str, box: Box) -> Iterator[str]:
    name = "" if entry.startswith(EVERYWHERE) else entry
    if name:
        yield _text(MARGIN, box.y + 16, name, "tag")
        yield f'<path d="M {MARGIN + 70:g} {box.y + 12:g} H {box.x:g}"/>'


def _shapes(box: Box) -> Iterator[str]:
    ink, fill = INK[box.kind], FILL[box.kind]
    place = f'x="{box.x:g}" y="{box.y:g}" width="{BOX:g}" height="{box.height:g}"'
    yield f'<rect {place} rx="4" fill="{fill}" stroke="{ink}"/>'
    title = box.branch.node.title
    yield _text(box.x + 8, box.y + 17, title[Language.ZH], "title")
    english_x = box.x + 8 + _width(title[Language.ZH], 14) + 8
    room = int((box.x + BOX - 6 - english_x) / (11 * NARROW))
    yield _text(english_x, box.y + 17, _short(title[Language.EN], room), "english")
    for index, line in enumerate(box.lines):
        yield _text(box.x + 8, box.y + HEAD + 11 + LINE * index, line, "line")
    for child in box.below:
        yield from _line(box, child)
        yield from _shapes(child)


def _line(box: Box, child: Box) -> Iterator[str]:
    """From the right of the box to the left of the child; the key stands before the child."""
    x1, y1, x2, y2 = box.x + BOX, box.y + 12, child.x, child.y + 12
    turn = x1 + 20
    yield f'<path d="M {x1:g} {y1:g} H {turn:g} V {y2:g} H {x2:g}"/>'
    way = child.way
    assert way is not None, "only a root has no way to it"
    if way.is_key:
        key, width = way.by[0], 12 + 9 * len(way.by[0])
        yield f'<rect class="key" x="{turn + 6:g}" y="{y2 - 10:g}" width="{width}" height="20" rx="4"/>'
        yield _text(turn + 12, y2 + 5, key, "digit")
        yield _text(turn + 10 + width, y2 - 2, "  ".join(way.by[1:]), "line")
    else:
        yield _text(turn + 6, y2 - 4, _short(", ".join(way.by), 12), "line")


def _legend(book: st.FlowBook) -> Iterator[str]:
    yield _text(MARGIN, 30, book.source.rpartition("/")[2], "head")
    common: dict[str, list[str]] = {}
    for key, target in book.common.items():
        common.setdefault(target, []).append(key)
    parts = [f"{' / '.join(keys)} → {_named(target, book)}" for target, keys in common.items()]
    settings = book.settings
    parts.append(f"{settings.repeats}× → {_named(settings.exhausted, book)}")
    yield _text(MARGIN, 54, "各级菜单 in every menu:   " + "     ".join(parts), "line")


def _named(target: st.Target, book: st.FlowBook) -> str:
    if target in WORDS:
        return WORDS[target]
    title = book.nodes[target].title
    return f"{title[Language.ZH]} {title[Language.EN]}"


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _width(text: str, size: float) -> float:
    return sum(size if ord(char) >= WIDE_FROM else size * NARROW for char in text)


def _document(width: float, height: float, shapes: list[str]) -> str:
    lines = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">\n{STYLE}\n'
        f'<rect width="{width:g}" height="{height:g}" fill="white" stroke="none"/>\n{lines}\n</svg>\n'
    )


STYLE: Final = """<style>
text { font-family: "Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", sans-serif; fill: #222; }
path { fill: none; stroke: #888; }
.head { font-size: 18px; font-weight: bold; }
.title { font-size: 14px; font-weight: bold; }
.english { font-size: 11px; fill: #666; }
.line { font-size: 11px; fill: #444; }
.tag { font-size: 12px; font-weight: bold; }
.key { fill: #444; stroke: none; }
.digit { font-size: 13px; font-weight: bold; fill: white; }
</style>"""
