"""Builds kmcc.dsp._core, the C core behind cffi (API mode, abi3); what Python sees is read from the headers."""

import os
import re
from pathlib import Path

import cffi

HERE = Path("dsp/csrc")  # setuptools runs this from the root of the repository

# In the order of their #includes: a header may use the types of those before it.
HEADERS = (
    *("cpu.h", "g711.h", "meter.h", "engine.h", "generator.h", "detect.h", "dtmf.h", "tone_set.h", "elastic.h"),
    *("rack.h", "pacer.h", "mapped.h"),
    *("e1.h", "echo.h", "agc.h", "adpcm.h", "fsk.h", "hdlc.h"),
)

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow")
# No fused multiply-add: every machine shall make the same octets.
FLAGS = ("-O3", "-std=c11", "-ffp-contract=off", *WARNINGS)
# The wrappers that cffi writes convert freely; our own files are held to all warnings.
PREAMBLE = '#pragma GCC diagnostic ignored "-Wconversion"\n'


def declarations(header: str) -> str:
    """The header without comments and preprocessor lines."""
    text = re.sub(r"/\*.*?\*/", " ", header, flags=re.DOTALL).replace("\\\n", " ")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def core() -> cffi.FFI:
    ffi = cffi.FFI()
    for name in HEADERS:
        text = declarations((HERE / name).read_text())
        ffi.cdef(text)
    ffi.set_source(
        "kmcc.dsp._core",
        PREAMBLE + "".join(f'#include "{name}"\n' for name in HEADERS),
        sources=[str(path) for path in sorted(HERE.glob("*.c"))],
        depends=[str(path) for path in sorted(HERE.glob("*.h"))],
        include_dirs=[str(HERE)],
        libraries=["pthread"],
        extra_compile_args=[*FLAGS, *(("-Werror",) if os.environ.get("KMCC_WERROR") == "1" else ())],
    )
    return ffi


ffibuilder = core()
