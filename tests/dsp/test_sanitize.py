"""The C core under AddressSanitizer and UndefinedBehaviorSanitizer: random inputs through every entry of fuzz/.

On every path; `make fuzz` runs the same entries under libFuzzer.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kmcc.dsp.cpu import VARIABLE, Isa

FUZZ = Path(__file__).parent / "fuzz"
CSRC = FUZZ.parents[2] / "dsp" / "csrc"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
OPTIONS = (*STRICT, *SANITIZE, "-g", "-O1", f"-I{CSRC}")

# How many random inputs an entry gets on each path, and how long the longest may be; others get the general measure.
INPUTS = {
    "engine": (60, 500),
    "listener": (300, 600),
    "screen": (1000, 200),
    "lines": (20, 600),
    "echo": (8, 150),
    "mapped": (30, 500),
}
GENERAL = (500, 600)
ENTRIES = sorted(path.stem for path in FUZZ.glob("*.c") if path.stem != "random")

Programs = Callable[[str], Path]


def gcc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["gcc", *arguments], capture_output=True, text=True, check=False, cwd=folder)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """Builds an entry of fuzz/ with the random driver, over a core that is compiled once."""
    folder = tmp_path_factory.mktemp("sanitize")
    probe = folder / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    try:
        has_sanitizer = gcc(folder, *SANITIZE, str(probe), "-o", "probe").returncode == 0
    except FileNotFoundError:
        has_sanitizer = False
    if not has_sanitizer and not os.environ.get("CI"):
        pytest.skip("gcc with sanitizers is not installed")
    compiled = gcc(folder, *OPTIONS, "-c", *(str(path) for path in sorted(CSRC.glob("*.c"))))
    assert compiled.returncode == 0, compiled.stderr
    core = sorted(path.name for path in folder.glob("*.o"))

    def program(entry: str) -> Path:
        made = folder / entry
        if not made.exists():
            sources = (str(FUZZ / f"{entry}.c"), str(FUZZ / "random.c"))
            built = gcc(folder, *OPTIONS, *sources, *core, "-lm", "-o", entry)
            assert built.returncode == 0, built.stderr
        return made

    return program


@pytest.mark.parametrize("entry", ENTRIES)
def test_random_inputs(programs: Programs, isa: Isa, entry: str) -> None:
    inputs, longest = INPUTS.get(entry, GENERAL)
    command = [str(programs(entry)), str(1998 + isa), str(inputs), str(longest)]
    environment = {**os.environ, VARIABLE: isa.name.lower()}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_driver_wants_its_arguments(programs: Programs) -> None:
    assert subprocess.run([programs("g711")], check=False).returncode == 2
