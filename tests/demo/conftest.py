"""The morning is played three times a session: seed 1 by the command, seed 1 again, and seed 2."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from tests.daemon.left_behind import Logged, cdr_rows, events

from kmcc.cli.main import main
from kmcc.demo.outcome import Outcome
from kmcc.demo.show import run_demo


@dataclass(frozen=True)
class Played:
    """One morning: its folder, what was printed, and its log and records."""

    folder: Path
    printed: str
    log: list[Logged]
    legs: list[dict[str, str]]

    def call_to(self, called: str, calling: str | None = None) -> str:
        """The first call with these numbers."""
        found = next(
            e
            for e in self.log
            if e.kind == "call.offered" and e.fields["called"] == called and calling in (None, e.fields["calling"])
        )
        return str(found.fields["call"])

    def legs_of(self, call: str) -> list[dict[str, str]]:
        return sorted((leg for leg in self.legs if leg["chain"] == call), key=lambda leg: leg["leg"])

    def prompts(self, call: str) -> list[tuple[str, str]]:
        """(language, names) of what was played, in order."""
        heard = [e.fields for e in self.log if e.kind == "prompt.started" and e.fields["call"] == call]
        return [(fields["language"], fields["prompt"]) for fields in heard]


def _played(folder: Path, printed: str) -> Played:
    return Played(folder, printed, events(folder), cdr_rows(folder))


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Seed 1, by the command."""
    folder = tmp_path_factory.mktemp("morning") / "out"
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert main(["demo", "--seed", "1", "--out", str(folder)]) == 0
    return _played(folder, printed.getvalue())


@dataclass(frozen=True)
class Other:
    """A morning that was played without the command, and what it amounted to."""

    played: Played
    outcome: Outcome


def _run(folder: Path, seed: int) -> Other:
    printed = io.StringIO()
    outcome = run_demo(folder, seed, Console(file=printed, width=100))
    return Other(_played(folder, printed.getvalue()), outcome)


@pytest.fixture(scope="session")
def same_again(tmp_path_factory: pytest.TempPathFactory) -> Other:
    return _run(tmp_path_factory.mktemp("again"), 1)


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Other:
    return _run(tmp_path_factory.mktemp("another"), 2)
