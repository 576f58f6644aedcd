"""The real-time threads under ThreadSanitizer: what Python may do while they tick is free of races in C."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CSRC = HERE.parents[1] / "dsp" / "csrc"
SANITIZE = "-fsanitize=thread"
# TSan knows no fences; those of the sequence lock stand between atomic words, which it does know.
OPTIONS = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-Wno-tsan", "-g", "-O1", SANITIZE)
LIMIT_S = 100


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=LIMIT_S)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    probe = tmp_path / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    try:
        runs = run(tmp_path, "gcc", SANITIZE, str(probe), "-o", "probe").returncode == 0
        runs = runs and run(tmp_path, "./probe").returncode == 0
    except FileNotFoundError:
        runs = False
    if not runs and not os.environ.get("CI"):
        pytest.skip("gcc with ThreadSanitizer is not installed, or the kernel's address space is too random for it")
    sources = [*sorted(CSRC.glob("*.c")), HERE / "threads" / "pacers.c"]
    built = run(tmp_path, "gcc", *OPTIONS, f"-I{CSRC}", *map(str, sources), "-lm", "-lpthread", "-o", "pacers")
    assert built.returncode == 0, built.stderr
    return tmp_path / "pacers"


def test_no_race(program: Path) -> None:
    ran = run(program.parent, "./pacers")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
