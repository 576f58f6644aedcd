"""README.md opens with two commands, and its tables are of this tree. What it shows is run by test_docs.py."""

import re
from pathlib import Path

from tests.docs_blocks import blocks

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_it_opens_with_two_commands() -> None:
    assert blocks(README)[0] == ("sh", "make demo\nmake test\n")
    assert README.split("```")[0].count("\n") <= 4


def test_every_make_target_is_there() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make (\w+)`", README)) <= set(targets)


def test_the_folders_exist() -> None:
    lies = README.partition("## What lies where")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", lies, re.MULTILINE)
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    roof = ROOT / "src" / "kmcc"
    assert len(names) > 10
    assert [n for n in names if not (ROOT / n).exists() and not (roof / n).exists()] == []


def test_the_field_staff_find_the_same_commands_in_chinese() -> None:
    chinese = README.partition("## 中文")[2]
    assert re.findall(r"`(make \w+)`", chinese)[:2] == ["make demo", "make test"]
    assert {"kmcc init", "kmcc run", "kmcc demo", "kmcc dsp digits", "kmcc prompts"} <= set(
        re.findall(r"`(kmcc [a-z]+(?: digits)?)`", chinese)
    )
