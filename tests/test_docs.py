"""The documentation is true: what it shows runs, its tables follow the code, its links lead somewhere."""

import re
from configparser import ConfigParser
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

import pytest
from tests.docs_blocks import LANGUAGES, ROOT, Reader, blocks, steps
from tests.docs_pictures import COMMAND as DRAW
from tests.docs_pictures import behind
from tests.docs_tables import COMMAND, PLACE, TABLES, rewritten

from kmcc import __version__
from kmcc.cli.exit_codes import OK
from kmcc.cli.main import main

PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMED_TESTS = re.compile(r"`(tests/[\w/]+\.py)` \(((?:`test_\w+`(?:, )?)+)\)")
LONGEST_PAGE = 220
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:src|dsp|switch|signaling|drivers|firmware_sim|tests|docs|benchmarks)/[\w./-]+)`")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_it_shows_runs(page: Path, tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        for step in steps(page.read_text("utf-8")):
            reader.follow(step)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {language for language, _ in blocks(page.read_text("utf-8"))} <= LANGUAGES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_tables_are_those_of_the_code(page: Path) -> None:
    text = page.read_text("utf-8")
    assert rewritten(text) == text, f"{name(page)} is behind the code; run: {COMMAND}"


def test_the_pictures_are_those_of_the_code() -> None:
    assert [str(file) for file in behind()] == [], f"run: {DRAW}"


def test_every_table_has_its_place() -> None:
    placed = [found[2] for page in PAGES for found in PLACE.finditer(page.read_text("utf-8"))]
    assert sorted(placed) == sorted(TABLES)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_and_named_files_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [file for file in FILE.findall(text) if not (ROOT / file).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_tests_are_there(page: Path) -> None:
    """`tests/a/test_b.py` (`test_c`, `test_d`): each is a test of that file."""
    for file, cases in NAMED_TESTS.findall(page.read_text("utf-8")):
        tests = set(re.findall(r"^def (test_\w+)", (ROOT / file).read_text("utf-8"), re.MULTILINE))
        assert set(re.findall(r"`(test_\w+)`", cases)) <= tests, file


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_can_be_read_in_one_go(page: Path) -> None:
    assert page.read_text("utf-8").count("\n") <= LONGEST_PAGE


def test_the_readme_leads_to_every_page() -> None:
    linked = set(LINK.findall((ROOT / "README.md").read_text("utf-8")))
    assert {name(page) for page in PAGES} - {"README.md"} <= linked


def test_every_kind_of_event_is_in_the_page_of_the_store() -> None:
    page = (ROOT / "docs" / "store.md").read_text("utf-8")
    known = re.findall(r"`([a-z_]+\.(?:[a-z_]+|\*))`", page.partition("| kinds |")[2].partition("\n\n")[0])
    written: list[str] = []
    for folder in ("src/kmcc/centre", "src/kmcc/daemon", "src/kmcc/store", "switch"):
        for file in (ROOT / folder).rglob("*.py"):
            written += re.findall(r'\b(?:write|note)\(\s*"([a-z_]+\.[a-z_]+)"', file.read_text("utf-8"))
    assert len(written) > 30
    assert [kind for kind in written if not any(fnmatch(kind, one) for one in known)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_named_in_the_text_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in sorted(set(re.findall(r"`kmcc ([^`]+)`", page.read_text("utf-8")))):
        words = list(takewhile(str.islower, command.split()))
        words = [word for word in words if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)]
        assert main([*words, "--help"]) == OK, command
        assert not capsys.readouterr().err


def test_the_changelog_has_this_version_with_its_date() -> None:
    entries = re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert entries[0][0] == __version__
    assert [date for _, date in entries] == sorted((date for _, date in entries), reverse=True)


def test_the_systemd_unit() -> None:
    (unit,) = (
        text for language, text in blocks((ROOT / "docs" / "running.md").read_text("utf-8")) if language == "ini"
    )
    parsed = ConfigParser()
    parsed.read_string(unit)
    assert re.fullmatch(r"/\S+/kmcc run --config /\S+\.toml", parsed["Service"]["ExecStart"])
    assert parsed["Service"]["KillSignal"] == "SIGTERM"
