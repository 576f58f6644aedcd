"""`kmcc menu`: every fault in one line, the picture, and a walk at the terminal."""

import json
import xml.etree.ElementTree as ET
from io import StringIO
from pathlib import Path

import pytest
from tests.switch.voice_book import node, text_of

from kmcc.cli.exit_codes import BAD_INPUT, OK
from kmcc.cli.main import main

SVG = "{http://www.w3.org/2000/svg}"
WRONG = text_of(node("root", 'play = ["helo"]', 'menu = ["main-menu"], keys = { 1 = "nowhere" }'))


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    (tmp_path / "wrong.toml").write_text(WRONG, encoding="utf-8")
    return tmp_path / "wrong.toml"


def test_the_packaged_flows_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["menu", "check"]) == OK
    assert capsys.readouterr().out.endswith("menu.toml: 54 nodes, every way of every caller ends\n")


def test_each_fault_is_a_line(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["menu", "check", str(wrong)]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f'kmcc: {wrong}:18: nodes.root.steps[0].play[0]: found "helo"; expected a prompt of the catalogue',
        f'kmcc: {wrong}:19: nodes.root.steps[1].keys.1: found "nowhere"; expected a node, up or again',
    ]


def test_faults_for_a_script(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["menu", "check", str(wrong), "--json"]) == BAD_INPUT
    found = json.loads(capsys.readouterr().out)
    assert [(fault["line"], fault["key"]) for fault in found["faults"]] == [
        (18, "nodes.root.steps[0].play[0]"),
        (19, "nodes.root.steps[1].keys.1"),
    ]
    assert main(["menu", "check", "--json"]) == OK
    assert json.loads(capsys.readouterr().out)["nodes"] == 54


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "draw", "walk"):
        assert main(["menu", command, str(tmp_path / "none.toml")]) == BAD_INPUT
        (line,) = capsys.readouterr().err.splitlines()
        assert "none.toml: found No such file" in line


def test_a_prompt_of_ones_own_that_lacks_a_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The catalogue names it; the recording is there in Chinese only."""
    (tmp_path / "catalogue.toml").write_text('[prompts.new]\nzh = "新"\nen = "new"\n', encoding="utf-8")
    (tmp_path / "zh").mkdir()
    packaged = Path(__file__).parents[2] / "switch" / "prompts" / "zh" / "hello.wav"
    (tmp_path / "zh" / "new.wav").write_bytes(packaged.read_bytes())
    assert main(["menu", "check", "--prompts", str(tmp_path)]) == BAD_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("/en/new.wav: expected a mono WAV file; the file is missing")


def test_the_picture_has_every_node_with_both_titles_and_its_keys(tmp_path: Path) -> None:
    out = tmp_path / "tree.svg"
    assert main(["menu", "draw", "-o", str(out)]) == OK
    texts = [text.text for text in ET.parse(out).iter(f"{SVG}text")]
    titles = [text for text in texts if text in {"1000号", "业务咨询", "话费查询及交费", "密码设置", "请挂机"}]
    assert sorted(titles) == sorted(["1000号", "业务咨询", "话费查询及交费", "密码设置", "请挂机"])  # each node once
    assert {"bill and payment", "1", "6", "9", "transfer complaint", "record suggestion"} <= set(texts)


def test_boxes_do_not_overlap_and_stay_on_the_sheet(tmp_path: Path) -> None:
    out = tmp_path / "tree.svg"
    assert main(["menu", "draw", "-o", str(out)]) == OK
    sheet = ET.parse(out).getroot()
    boxes = [
        tuple(float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
        for rect in sheet.iter(f"{SVG}rect")
        if rect.get("rx") and rect.get("class") != "key"
    ]
    assert len(boxes) == 54
    for index, (x, y, width, height) in enumerate(boxes):
        assert x + width <= float(sheet.attrib["width"])
        assert y + height <= float(sheet.attrib["height"])
        for other_x, other_y, other_width, other_height in boxes[:index]:
            beside = x >= other_x + other_width or other_x >= x + width
            assert beside or y >= other_y + other_height or other_y >= y + height


def test_the_tree_for_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["menu", "draw", "--json"]) == OK
    tree = json.loads(capsys.readouterr().out)["centre"]
    assert [(below["by"], below["node"]) for below in tree["below"]] == [
        (["1"], "consult"),
        (["2"], "query"),
        (["3"], "acceptance"),
        (["4"], "complaint"),
        (["5"], "password"),
        (["6"], "other"),
        (["9"], "language"),
    ]


def walk(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> int:
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    return main(["menu", "walk", *arguments])


def test_a_walk_to_the_bill(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(monkeypatch, "22\n3190001#\n135790#\nmaybe\nwrong\n3190001#135790#\n\n\n*0\n\n") == OK
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith(("[", "  query", "  auth", "  transfer", "  ?", "  ("))] == [
        "[root] 1000号",
        "[query] 业务查询",
        "[bill] 话费查询及交费",
        "  authenticate identity: done, wrong, failed?",
        "  ? one of done, wrong, failed",
        "  authenticate identity: done, wrong, failed?",
        "  query latest-bill: done, failed?",
        "[bill-human] 话费人工服务",
        "  transfer bill: done, full?",
        "[goodbye] 请挂机",
        "  (released: normal)",
    ]


def test_a_walk_in_english_that_ends_in_the_middle(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert walk(monkeypatch, "\n7\n", "--language", "en", "--calling", "") == OK
    told = capsys.readouterr().out.splitlines()
    assert told[2] == "  (no key)"
    assert told[4] == "  (wrong key)"
    assert told[-1] == "(end of input: the caller hangs up)"


def test_a_walk_needs_an_entry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert walk(monkeypatch, "", "--entry", "moon") == BAD_INPUT
    assert capsys.readouterr().err.startswith("kmcc: --entry: found moon; expected one of centre, bill, ")
