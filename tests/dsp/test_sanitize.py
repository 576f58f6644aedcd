"""The C core under AddressSanitizer and UndefinedBehaviorSanitizer: random commands on a pair of engines."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CSRC = HERE.parents[1] / "dsp" / "csrc"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
STRICT = ("-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")


def gcc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["gcc", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sanitize")
    probe = folder / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    try:
        has_sanitizer = gcc(*SANITIZE, str(probe), "-o", str(folder / "probe")).returncode == 0
    except FileNotFoundError:
        has_sanitizer = False
    if not has_sanitizer and not os.environ.get("CI"):
        pytest.skip("gcc with sanitizers is not installed")
    sources = [str(path) for path in (*sorted(CSRC.glob("*.c")), HERE / "sanitize" / "random_commands.c")]
    made = folder / "random_commands"
    built = gcc(*STRICT, *SANITIZE, "-g", "-O1", f"-I{CSRC}", *sources, "-lm", "-o", str(made))
    assert built.returncode == 0, built.stderr
    return made


@pytest.mark.parametrize("seed", [1, 1998])
def test_random_commands(program: Path, seed: int) -> None:
    ran = subprocess.run([program, str(seed), "600"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "in order\n", "")


def test_the_driver_wants_its_arguments(program: Path) -> None:
    assert subprocess.run([program], check=False).returncode == 2
