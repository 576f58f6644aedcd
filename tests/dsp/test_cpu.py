"""The choice of instructions: by call, by environment, and what is refused."""

import os
import subprocess
import sys

import pytest

from kmcc.dsp import cpu
from kmcc.dsp._core import ffi, lib
from kmcc.dsp.cpu import Isa, IsaError

SHOW = "from kmcc.dsp.cpu import in_use; print(in_use().name.lower())"


def show(isa: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != cpu.VARIABLE}
    if isa is not None:
        environment[cpu.VARIABLE] = isa
    return subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=False)


def test_the_names_are_those_of_the_core() -> None:
    assert [ffi.string(lib.cpu_name(isa)).decode() for isa in Isa] == [isa.name.lower() for isa in Isa]
    assert len(Isa) == lib.CPU_ISAS
    assert lib.cpu_name(len(Isa)) == lib.cpu_name(-1) == ffi.NULL


def test_the_best_is_used_unless_another_is_asked_for() -> None:
    assert show(None).stdout.split() == [cpu.available()[-1].name.lower()]
    for isa in cpu.available():
        assert show(isa.name.lower()).stdout.split() == [isa.name.lower()]


@pytest.mark.parametrize("name", ["", "AVX2", "neon", "avx-512"])
def test_what_nobody_knows_is_refused_at_once(name: str) -> None:
    ran = show(name)
    assert ran.returncode != 0
    assert f"IsaError: instructions {name} (KMCC_DSP_ISA): expected one of plain" in ran.stderr


def test_a_call_is_obeyed(isa: Isa) -> None:
    assert cpu.in_use() is isa


def test_what_the_machine_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cpu.in_use()
    assert lib.cpu_use(-1) == lib.cpu_use(len(Isa)) == -1
    for lacking in set(Isa) - set(cpu.available()):
        with pytest.raises(IsaError, match=lacking.name.lower()):
            cpu.use(lacking)
    monkeypatch.setenv(cpu.VARIABLE, "altivec")
    with pytest.raises(IsaError, match="altivec"):
        cpu.check_environment()
    monkeypatch.undo()
    assert cpu.in_use() is before
