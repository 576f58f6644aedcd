"""Which instructions the C core uses (csrc/cpu.h): the best of this machine, or those asked for.

All give the same results bit for bit; the choice is for tests, measurements and doubts.  The environment variable
KMCC_DSP_ISA names one for the whole process; what it cannot name is refused when the first port is made.
"""

import os
from enum import IntEnum
from typing import Final

from kmcc.dsp._core import lib
from kmcc.dsp.errors import DspError

VARIABLE: Final = "KMCC_DSP_ISA"


class Isa(IntEnum):
    """From the poorest to the richest."""

    PLAIN = lib.CPU_PLAIN
    SSE2 = lib.CPU_SSE2
    AVX2 = lib.CPU_AVX2
    AVX512 = lib.CPU_AVX512  # with BW, VBMI and VNNI


class IsaError(DspError):
    """Instructions that nobody knows or that this machine lacks."""

    def __init__(self, name: str) -> None:
        super().__init__(f"instructions {name}: expected one of {', '.join(isa.name.lower() for isa in available())}")


def available() -> tuple[Isa, ...]:
    """What this machine has."""
    return tuple(isa for isa in Isa if lib.cpu_has(isa))


def in_use() -> Isa:
    """IsaError when the environment asks for what cannot be."""
    check_environment()
    return Isa(lib.cpu_isa())


def use(isa: Isa) -> None:
    """From the next call into the core on; IsaError when this machine lacks it."""
    if lib.cpu_use(isa) != 0:
        raise IsaError(isa.name.lower())


def check_environment() -> None:
    """IsaError when the variable asks for what cannot be; C passes over it."""
    name = os.environ.get(VARIABLE)
    if name is not None and name not in {isa.name.lower() for isa in available()}:
        raise IsaError(f"{name} ({VARIABLE})")
