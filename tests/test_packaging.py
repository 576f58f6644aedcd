"""The wheel holds what the program needs: built here from a copy of the tree, without the network."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPED = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "*.so", "_core.c", "*cache*", "demo-out"
)
PARTS = [
    "kmcc/dsp/engine.py",
    "kmcc/dsp/_core.abi3.so",
    "kmcc/dsp/_core.pyi",
    "kmcc/drivers/board.py",
    "kmcc/signaling/china1/machine.py",
    "kmcc/firmware_sim/board.py",
    "kmcc/cli/kmcc.toml",
    "kmcc/console/templates/index.html",
    "kmcc/switch/prompts/catalogue.toml",
    "kmcc/store/migrations/env.py",
    "kmcc/py.typed",
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    tree = tmp_path_factory.mktemp("wheel") / "tree"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=SKIPPED)
    program = "from setuptools.build_meta import build_wheel; build_wheel('out')"
    done = subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = (tree / "out").glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_program(wheel: set[str], part: str) -> None:
    assert part in wheel


def test_every_module_migration_and_recording(wheel: set[str]) -> None:
    source = ROOT / "src"
    kinds = ("*.py", "*.wav", "*.mako", "*.html")
    wanted = {str(file.relative_to(source)) for kind in kinds for file in files(source / "kmcc", kind)}
    assert len([name for name in wanted if name.endswith(".wav")]) > 100
    assert wanted - wheel == set()


def test_nothing_that_belongs_to_the_tree_only(wheel: set[str]) -> None:
    assert [
        name for name in sorted(wheel) if name.endswith((".c", ".h", ".o")) or "/tests/" in name or "csrc" in name
    ] == []


def files(folder: Path, kind: str) -> list[Path]:
    """rglob of Python 3.11 and 3.12 follows no links; the linked folders are looked into one by one."""
    found = [*folder.glob(kind)]
    for below in folder.iterdir():
        if below.is_dir() and below.name not in {"__pycache__", "csrc"}:
            found += files(below, kind)
    return found
