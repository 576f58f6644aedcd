"""`kmcc run` as a process in a folder, as somebody at a shell has it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kmcc.cli.main import main

LIMIT_S = 30.0  # generous: a loaded machine is no fault of ours
STOP_LIMIT_S = 12.0  # an orderly end takes two or three; nobody may wait for the simulated callers' own 15 s
CALLS_AN_HOUR = 36_000
LINE = re.compile(r"kmcc: running, (http://127\.0\.0\.1:\d+/) \(stop with Ctrl-C\)\n")


def write_config(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example configuration with a free port, busy callers, files in `folder`, and these changes."""
    file = folder / "kmcc.toml"
    assert main(["init", str(file)]) == 0
    text = file.read_text(encoding="utf-8")
    usual = (
        ("port = 8080", "port = 0"),
        ("calls_per_hour=120", f"calls_per_hour={CALLS_AN_HOUR}"),
        ('"sqlite:///kmcc.db"', f'"sqlite:///{folder}/kmcc.db"'),
        ('"recordings"', f'"{folder}/recordings"'),
        ('"events.jsonl"', f'"{folder}/events.jsonl"'),
        ('"cdr.csv"', f'"{folder}/cdr.csv"'),
    )
    for old, new in (*usual, *changes):
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


class HouseProcess:
    """A house that is running; `url` is what it has printed."""

    def __init__(self, process: subprocess.Popen[str], stderr: Path) -> None:
        self.process = process
        self._stderr = stderr
        assert process.stdout is not None
        self.line = process.stdout.readline()
        match = LINE.fullmatch(self.line)
        assert match, (self.line, self.errors)
        self.url = match[1].rstrip("/")

    @property
    def errors(self) -> str:
        return self._stderr.read_text(encoding="utf-8")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> tuple[int, str]:
        """Its exit code, and what it printed after the first line."""
        rest, _ = self.process.communicate(timeout=STOP_LIMIT_S)
        return self.process.returncode, rest


@contextmanager
def running(config: Path) -> Iterator[HouseProcess]:
    """Started; whatever the test does, it is gone afterwards."""
    stderr = config.with_name("stderr.txt")
    with stderr.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "kmcc.cli.main", "run", "--config", str(config)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=config.parent,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
    try:
        yield HouseProcess(process, stderr)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def refused(config: Path) -> tuple[int, str]:
    """A start that fails: its exit code and stderr. Nothing is printed."""
    done = subprocess.run(
        [sys.executable, "-m", "kmcc.cli.main", "run", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        cwd=config.parent,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == ""
    return done.returncode, done.stderr
