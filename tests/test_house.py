"""The house stands as docs/design.md says: floors, linked folders, small modules."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "kmcc"
FOLDERS = ("dsp", "drivers", "switch", "signaling", "fax", "firmware_sim")
LONGEST_MODULE = 400
MODULES = sorted(
    {path.resolve().relative_to(ROOT) for top in (SOURCE, *(ROOT / f for f in FOLDERS)) for path in top.rglob("*.py")}
)


def test_imports_run_down_only() -> None:
    """The contracts of pyproject.toml, as `make layers` runs them."""
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_floor_is_in_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (floors,) = (c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    named = {f"kmcc.{floor}" for layer in floors["layers"] for floor in layer.split(" | ")}
    there = {
        f"kmcc.{path.stem}" for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert there - {"kmcc.__init__"} == named
    assert floors["containers"] == ["kmcc"]
    assert floors["exhaustive"] is True


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_required_folders_are_linked(folder: str) -> None:
    link = SOURCE / folder
    assert link.is_symlink()
    assert link.readlink() == Path("..", "..", folder)
    assert (ROOT / folder / "__init__.py").is_file()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_short_and_says_what_it_is(module: Path) -> None:
    text = (ROOT / module).read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text)), f"{module} has no docstring"
