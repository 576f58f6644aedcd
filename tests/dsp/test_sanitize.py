"""The C core under AddressSanitizer and UndefinedBehaviorSanitizer: random commands, and random lines."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CSRC = HERE.parents[1] / "dsp" / "csrc"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-g", "-O1")

Build = Callable[[str], Path]


def gcc(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["gcc", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Makes a program of one of the drivers in sanitize/ and the core, which is compiled once."""
    folder = tmp_path_factory.mktemp("sanitize")
    (folder / "probe.c").write_text("int main(void) { return 0; }\n")
    try:
        has_sanitizer = gcc(*SANITIZE, "probe.c", "-o", "probe", folder=folder).returncode == 0
    except FileNotFoundError:
        has_sanitizer = False
    if not has_sanitizer and not os.environ.get("CI"):
        pytest.skip("gcc with sanitizers is not installed")
    compiled = gcc(*STRICT, *SANITIZE, "-c", *(str(path) for path in sorted(CSRC.glob("*.c"))), folder=folder)
    assert compiled.returncode == 0, compiled.stderr
    objects = [path.name for path in sorted(folder.glob("*.o"))]

    def make(driver: str) -> Path:
        source = str(HERE / "sanitize" / f"{driver}.c")
        built = gcc(*STRICT, *SANITIZE, f"-I{CSRC}", source, *objects, "-lm", "-o", driver, folder=folder)
        assert built.returncode == 0, built.stderr
        return folder / driver

    return make


@pytest.mark.parametrize(
    ("driver", "rounds", "said"), [("random_commands", 600, "in order\n"), ("random_lines", 40, "all can be\n")]
)
class TestDrivers:
    @pytest.mark.parametrize("seed", [1, 1998])
    def test_nothing_is_found(self, build: Build, driver: str, rounds: int, said: str, seed: int) -> None:
        ran = subprocess.run([build(driver), str(seed), str(rounds)], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, said, "")

    def test_the_driver_wants_its_arguments(self, build: Build, driver: str, rounds: int, said: str) -> None:
        assert subprocess.run([build(driver)], check=False).returncode == 2
