"""`kmcc` as a shell sees it: what is printed, where, and the exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from kmcc import __version__
from kmcc.cli import main as entry
from kmcc.cli.exit_codes import BAD_INPUT, INTERRUPTED, NO_BOARD, OK
from kmcc.drivers.board import BoardNotFoundError
from kmcc.errors import KmccError

Capture = pytest.CaptureFixture[str]


def test_version(capsys: Capture) -> None:
    assert entry.main(["--version"]) == OK
    assert capsys.readouterr().out == f"kmcc {__version__}\n"


def test_help_names_every_command(capsys: Capture) -> None:
    assert entry.main(["--help"]) == OK
    out = capsys.readouterr().out
    assert all(command in out for command in ("run", "init", "dsp", "prompts"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["--nosuch"],
        ["run"],
        ["dsp", "digits"],
        ["dsp", "digits", "--channel", "7", "x"],
        ["init", "a", "b"],
    ],
)
def test_bad_usage_is_one_line(capsys: Capture, arguments: list[str]) -> None:
    assert entry.main(arguments) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("kmcc: ")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["dsp"], ["prompts"]])
def test_no_command_shows_the_help(capsys: Capture, arguments: list[str]) -> None:
    assert entry.main(arguments) == BAD_INPUT
    captured = capsys.readouterr()
    assert "Usage: " in captured.out + captured.err


def raising(error: BaseException) -> None:
    """A command that ends so; removed again by the fixture."""

    @entry.app.command("fails")
    def fails() -> None:
        raise error


@pytest.fixture(autouse=True)
def commands_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry.app, "registered_commands", list(entry.app.registered_commands))


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KmccError("one\ntwo"), BAD_INPUT, "kmcc: one\nkmcc: two\n"),
        (BoardNotFoundError("no board answers to sim://x"), NO_BOARD, "kmcc: no board answers to sim://x\n"),
        (PermissionError(13, "Permission denied", "/x/y"), BAD_INPUT, "kmcc: /x/y: Permission denied\n"),
        (KeyboardInterrupt(), INTERRUPTED, ""),
    ],
)
def test_errors_become_lines_and_codes(capsys: Capture, error: BaseException, code: int, words: str) -> None:
    raising(error)
    assert entry.main(["fails"]) == code
    assert capsys.readouterr().err == words


def test_a_fault_of_ours_is_not_hidden() -> None:
    raising(ZeroDivisionError("ours"))
    with pytest.raises(ZeroDivisionError, match="ours"):
        entry.main(["fails"])


def test_as_a_process(tmp_path: Path) -> None:
    wrong = tmp_path / "kmcc.toml"
    wrong.write_text("[http]\nport = 80\nhots = 1\n[queue]\nring_s = 0\n")
    done = subprocess.run(
        [sys.executable, "-m", "kmcc.cli.main", "run", "--config", str(wrong)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == BAD_INPUT
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"kmcc: {wrong}:3: http.hots: found an unknown key; expected host?",
        f"kmcc: {wrong}:5: queue.ring_s: found 0; expected 1 or more",
    ]


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m kmcc.cli.main --version | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_instructions_that_nobody_knows_are_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KMCC_DSP_ISA", "altivec")
    assert entry.main(["--version"]) == BAD_INPUT
    assert capsys.readouterr().err.startswith("kmcc: instructions altivec (KMCC_DSP_ISA): expected one of plain")
