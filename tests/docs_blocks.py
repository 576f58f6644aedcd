"""Runs what a page of the documentation shows, in the page's order, in a folder of its own, and compares the output.

`sh` blocks are commands, `console` blocks are `$ commands` with output (`...` stands for anything), `python` blocks
are programs whose output is in the `text` block right behind. A `toml` block whose first line is `# <name>.toml` is a
file that later commands find. Other languages are only shown.
`kmcc run` goes on behind the commands that follow it, on a free port; `curl` is played by urllib; of `make` only the
target is looked at, because making is what runs these tests.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).parents[1]
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE: Final = re.compile(r"# ([\w-]+\.toml)\n")
LANGUAGES: Final = {"sh", "console", "python", "text", "toml", "ini"}
ENVIRONMENT: Final = {**os.environ, "COLUMNS": "110", "PYTHONPATH": f"{ROOT / 'src'}"}
LIMIT_S: Final = 100
SPEED: Final = re.compile(r"\bin \d+\.\d s\b|\b\d+ times\b")  # what depends on the machine
ADDRESS: Final = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class Step:
    """A command or a program, and the output that the page shows; None = it shows none."""

    language: str
    text: str
    shown: str | None


def blocks(page: str) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in BLOCK.finditer(page)]


def steps(page: str) -> Iterator[Step]:
    for (language, text), (following, output) in pairwise([*blocks(page), ("", "")]):
        if language == "sh":
            yield from (Step("sh", line, None) for line in text.splitlines())
        elif language == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield Step("sh", command, shown)
        elif language == "python":
            yield Step("python", text, output if following == "text" else None)
        elif language == "toml" and FILE.match(text):
            yield Step("file", text, None)


class Reader:
    """Somebody who does what a page says, step by step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._house: subprocess.Popen[str] | None = None
        self._address = ADDRESS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_house()

    def follow(self, step: Step) -> None:
        if step.language == "file":
            name = step.text.splitlines()[0].removeprefix("# ")
            (self._folder / name).write_text(step.text, "utf-8")
            return
        if step.language == "python":
            self.stop_house()
            output = self._program(step.text)
        else:
            output = self._command(step.text)
        if step.shown is not None:
            compare(step, output)

    def _program(self, text: str) -> str:
        """A program, or a test where its first line is `# test_<name>.py`."""
        name = re.match(r"# (test_\w+\.py)\n", text)
        if name is None:
            return self._run([sys.executable, "-c", text])
        (self._folder / name[1]).write_text(text, "utf-8")
        return self._run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name[1]])

    def stop_house(self) -> None:
        """As an operator does; the house must end by itself, and well."""
        if self._house is not None:
            house, self._house = self._house, None
            house.send_signal(signal.SIGTERM)
            _, complaints = house.communicate(timeout=LIMIT_S)
            assert house.returncode == 0, complaints

    def _command(self, line: str) -> str:
        words = shlex.split(line, comments=True)
        match words:
            case ["make", *targets]:
                return self._run(["make", "--dry-run", *targets], ROOT)
            case ["kmcc", "run", *_]:
                return self._start_house(words[1:])
            case ["kmcc", *arguments]:
                return self._run([sys.executable, "-m", "kmcc.cli.main", *arguments])
            case ["curl", *arguments]:
                return self._ask(arguments)
        raise AssertionError(f"nobody runs this command: {line}")

    def _run(self, words: list[str], folder: Path | None = None) -> str:
        done = subprocess.run(
            words,
            cwd=folder or self._folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _start_house(self, arguments: list[str]) -> str:
        """The page shows port 8080, which may be taken here: any free port does."""
        file = self._folder / arguments[-1]
        file.write_text(file.read_text("utf-8").replace("port = 8080", "port = 0"), "utf-8")
        words = [sys.executable, "-m", "kmcc.cli.main", *arguments]
        pipe = subprocess.PIPE
        self._house = subprocess.Popen(words, cwd=self._folder, env=ENVIRONMENT, stdout=pipe, stderr=pipe, text=True)
        assert self._house.stdout is not None
        line = self._house.stdout.readline()
        found = re.search(r"http://[\w.]+:\d+", line)
        assert found is not None, line or self._house.communicate()[1]
        self._address = found[0]
        return line.replace(found[0], ADDRESS)

    def _ask(self, arguments: list[str]) -> str:
        """All of the answer, or of an event stream its first event. Options: -N, -X METHOD, --json BODY, -H "A: b"."""
        url = arguments[-1]
        assert url.startswith(ADDRESS), url
        given = {name: value for name, value in pairwise(arguments[:-1]) if name in {"-X", "--json", "-H"}}
        headers = {"Content-Type": "application/json"}
        if "-H" in given:
            name, _, value = given["-H"].partition(": ")
            headers[name] = value
        body = given["--json"].encode() if "--json" in given else None
        method = given.get("-X", "GET" if body is None else "POST")
        request = Request(url.replace(ADDRESS, self._address), body, headers, method=method)
        with self._answer(request) as answer:
            if answer.headers.get_content_type() != "text/event-stream":
                return str(answer.read().decode())
            lines: list[str] = []
            while not lines or lines[-1].strip():
                lines.append(answer.readline().decode())
            return "".join(lines)

    def _answer(self, request: Request) -> Any:
        """Also one that says no, as curl shows it."""
        try:
            return urlopen(request, timeout=LIMIT_S)
        except HTTPError as refusal:
            return refusal


def compare(step: Step, output: str) -> None:
    shown, seen = SPEED.sub("N", step.shown or ""), SPEED.sub("N", output)
    if not OutputChecker().check_output(shown, seen, ELLIPSIS | NORMALIZE_WHITESPACE):
        raise AssertionError(f"{step.text}\n--- the page shows\n{step.shown}\n--- there came\n{output}")
