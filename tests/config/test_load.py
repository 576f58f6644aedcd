from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kmcc.config import Config, ConfigError, load_config

Refuse = Callable[[str], list[str]]


def test_an_empty_file_is_the_default_house(tmp_path: Path) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text("")
    assert load_config(file) == Config()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text('[http]\nport = 8081\n[[boards]]\nurl = "sim://a"\nspans = 2\nlines = 4\n', encoding="utf-8-sig")
    config = load_config(file)
    assert config.http.port == 8081
    assert [(board.url, board.spans) for board in config.boards] == [("sim://a", 2)]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"missing\.toml: found No such file or directory; expected a file that can be read"
    ):
        load_config(tmp_path / "missing.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="found Is a directory"):
        load_config(tmp_path)


def test_no_utf8(tmp_path: Path) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_bytes("# 昆明".encode("gb18030"))
    with pytest.raises(ConfigError, match="expected TOML, which is UTF-8 text"):
        load_config(file)


@pytest.mark.parametrize(
    ("text", "line"),
    [("[http]\nport = \n", 2), ("a = 1\na = 2", 2), ("[http\n", 1), ('x = """\n\n', 3), ("\n\n= 1", 3)],
)
def test_no_toml(refused: Refuse, text: str, line: int) -> None:
    (words,) = refused(text)
    assert words.startswith(f":{line}: found no TOML: ")
    assert words.endswith("; expected TOML 1.0")


def test_nested_without_end(refused: Refuse) -> None:
    assert refused("a = " + "[" * 20_000) == [": found lists in lists without end; expected no more than a few levels"]


def test_all_faults_at_once_in_the_order_of_the_file(refused: Refuse) -> None:
    text = '[queue]\nring_s = 0\n\n[http]\nport = "80"\nhosts = "::"\n\n[centre]\nlanguage = "fr"\n'
    assert refused(text) == [
        ":2: queue.ring_s: found 0; expected 1 or more",
        ':5: http.port: found "80"; expected a whole number',
        ":6: http.hosts: found an unknown key; expected host?",
        ':9: centre.language: found "fr"; expected "zh" or "en"',
    ]


def test_an_unknown_key_does_not_hide_what_else_is_wrong(refused: Refuse) -> None:
    text = '[reminders]\nwindow_start = "07:00"\n[http]\nprot = 80\n'
    assert refused(text) == [
        ":2: reminders.window_start: found 07:00; expected 08:00 to 21:00",
        ":4: http.prot: found an unknown key; expected port?",
    ]


def test_what_the_file_does_not_say_has_no_line(refused: Refuse) -> None:
    words = refused('[[boards]]\nurl = "sim://a"\nlines = 3\n')
    assert words == [
        ": seats[3].line: found 3 (by default); expected a number below 3: boards[0] has 3 lines, counted from 0"
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    st.recursive(
        st.one_of(st.integers(), st.booleans(), st.text(max_size=5)),
        lambda inner: st.lists(inner, max_size=2),
        max_leaves=4,
    ),
    st.sampled_from(["centre.access_code", "http.port", "boards", "seats", "trunk_groups", "queue", "store.url", "x"]),
)
def test_any_value_is_accepted_or_refused(tmp_path: Path, value: object, key: str) -> None:
    file = tmp_path / "kmcc.toml"
    file.write_text(f"{key} = {toml(value)}\n", encoding="utf-8")
    words = [str(file)]
    try:
        load_config(file)
    except ConfigError as error:
        words = str(error).splitlines()
    assert words
    assert all(str(file) in line for line in words)


def toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(toml(element) for element in value)}]"
        case str():
            return '"' + "".join(f"\\U{ord(c):08x}" for c in value if not 0xD800 <= ord(c) <= 0xDFFF) + '"'
        case _:
            return str(value)
