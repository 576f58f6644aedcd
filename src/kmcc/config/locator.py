"""Where in a TOML text each value stands (TOML 1.0): the parser of the standard library keeps no line numbers.

Only a text that `tomllib` has read may be given: the walk below trusts the grammar and finds places, nothing else.
Keys and headers map to the line of their own name, elements of an array to the line they begin on.
"""

import re
from typing import Final

from kmcc.config.errors import Place

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL: Final = re.compile(r"'[^'\n]*'")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\[\s\S])*?"{3,5}(?!")|' r"'''[\s\S]*?'{3,5}(?!')|" + _BASIC.pattern + "|" + _LITERAL.pattern
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")
_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")


def locate(text: str) -> dict[Place, int]:
    """Place of every table, key and element -> its line, counted from 1."""
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.document()
    return walk.lines


def line_of(lines: dict[Place, int], place: Place) -> int | None:
    """Line of this place, or of the nearest place above it that the text has; None when it has none."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


class _Walk:
    """One pass over the text."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._counted_to = 0
        self._line = 1
        self._elements: dict[Place, int] = {}

    def document(self) -> None:
        table: Place = ()
        while self._blank() < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Place:
        is_array = self._text.startswith("[[", self._at)
        line = self._here()
        self._at += 2 if is_array else 1
        keys = self._key()
        self._at = self._text.index("]", self._at) + (2 if is_array else 1)
        place = (*self._resolved(keys[:-1]), keys[-1])
        if is_array:
            index = self._elements.get(place, -1) + 1
            self._elements[place] = index
            place += (index,)
        self._note(place[:-1], line)
        self.lines[place] = line
        return place

    def _resolved(self, keys: Place) -> Place:
        """The place that a header's leading keys name: of an array of tables, its newest element."""
        place: Place = ()
        for key in keys:
            place = self._resolved_last((*place, key))
        return place

    def _resolved_last(self, place: Place) -> Place:
        return (*place, self._elements[place]) if place in self._elements else place

    def _pair(self, table: Place) -> None:
        line = self._here()
        place = table
        for key in self._key():
            place += (key,)
            self._note(place, line)
        self._at = self._text.index("=", self._at) + 1
        self._value(place)

    def _key(self) -> Place:
        """A dotted key; leaves the walk at what follows its last part."""
        parts: list[str] = []
        while True:
            self._blank()
            parts.append(self._key_part())
            self._blank()
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _key_part(self) -> str:
        if self._text[self._at] == '"':
            return _ESCAPE.sub(_unescaped, self._take(_BASIC)[1:-1])
        if self._text[self._at] == "'":
            return self._take(_LITERAL)[1:-1]
        return self._take(_BARE)

    def _value(self, place: Place) -> None:
        self._blank()
        match self._text[self._at]:
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"' | "'":
                self._take(_STRING)
            case _:
                self._take(_SCALAR)

    def _array(self, place: Place) -> None:
        self._at += 1
        index = 0
        while self._text[self._blank()] != "]":
            self._note((*place, index), self._here())
            self._value((*place, index))
            self._comma()
            index += 1
        self._at += 1

    def _inline_table(self, place: Place) -> None:
        self._at += 1
        while self._text[self._blank()] != "}":
            self._pair(place)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        if self._text[self._blank()] == ",":
            self._at += 1

    def _blank(self) -> int:
        """Past white space and comments."""
        self._take(_BLANK)
        return self._at

    def _take(self, what: re.Pattern[str]) -> str:
        match = what.match(self._text, self._at)
        assert match is not None, "the text must have been read by tomllib"
        self._at = match.end()
        return match[0]

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted_to, self._at)
        self._counted_to = self._at
        return self._line

    def _note(self, place: Place, line: int) -> None:
        """A place is where it is first named; so are the tables above it that have no header of their own."""
        for length in range(1, len(place) + 1):
            self.lines.setdefault(place[:length], line)


def _unescaped(match: re.Match[str]) -> str:
    point = match[1] or match[2]
    return chr(int(point, 16)) if point else _ESCAPES[match[3]]
