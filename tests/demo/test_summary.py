"""The summary page: every leg has its row and its bar, every recording is there, and nothing is without Chinese."""

from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from kmcc.demo.outcome import Outcome
from kmcc.demo.summary import write_summary
from kmcc.switch.cdr import CSV_COLUMNS

if TYPE_CHECKING:
    from tests.demo.conftest import Other, Played


class Page(HTMLParser):
    """Tags with their attributes, and the text of each heading and table cell."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.feed(file.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append((self.open[-1], data.strip()))

    def all_of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def test_it_is_whole(morning: "Played") -> None:
    page = Page(morning.folder / "summary.html")
    assert page.open == []
    text = " ".join(words for _, words in page.words)
    assert all(leg["id"] in text for leg in morning.legs)
    assert all(leg["circuit"] in text for leg in morning.legs)
    links = [str(attrs["href"]) for attrs in page.all_of("a")]
    assert sorted(links) == sorted(f"recordings/{leg['recording']}" for leg in morning.legs if leg["recording"])
    assert all((morning.folder / link).is_file() for link in links)


def test_it_speaks_both_languages(morning: "Played") -> None:
    page = Page(morning.folder / "summary.html")
    headings = len(page.all_of("h1")) + len(page.all_of("h2")) + len(page.all_of("th"))
    chinese = [words for tag, words in page.words if tag == "small"]
    assert len(chinese) == headings
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in words) for words in chinese)


def test_every_leg_has_its_bar_within_the_picture(morning: "Played") -> None:
    page = Page(morning.folder / "summary.html")
    (picture,) = page.all_of("svg")
    width, height = (float(one) for one in str(picture["viewbox"]).split()[2:])
    bars = page.all_of("rect")
    assert len(bars) == 2 * len(morning.legs)  # the second from its answer on
    for bar in bars:
        x, y, wide, high = (float(str(bar[name])) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width + 0.01
        assert 0 <= y <= y + high <= height


def test_what_people_wrote_is_escaped(tmp_path: Path, same_again: "Other") -> None:
    leg = dict.fromkeys(CSV_COLUMNS, "") | {
        "id": "<b>", "circuit": "a&b/1", "duration_ms": "0", "offered_at": "2000-05-22T09:00:00.000+08:00",
        "released_at": "2000-05-22T09:00:01.000+08:00",
    }  # fmt: skip
    (tmp_path / "cdr.csv").write_text(",".join(leg) + "\r\n" + ",".join(leg.values()) + "\r\n", encoding="utf-8")
    write_summary(same_again.outcome, tmp_path / "cdr.csv", tmp_path / "summary.html")
    text = (tmp_path / "summary.html").read_text(encoding="utf-8")
    assert "<td>&lt;b&gt;</td>" in text
    assert "a&amp;b/1" in text


def test_a_morning_without_calls(tmp_path: Path) -> None:
    nothing = Outcome(3, 0.0, 0.0, 0.0, None, 0, (), None)
    (tmp_path / "cdr.csv").write_text(",".join(CSV_COLUMNS) + "\r\n", encoding="utf-8")
    write_summary(nothing, tmp_path / "cdr.csv", tmp_path / "summary.html")
    page = Page(tmp_path / "summary.html")
    assert page.all_of("rect") == []
    assert ("b", "-") in page.words
