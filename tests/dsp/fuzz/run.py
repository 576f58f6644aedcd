"""Runs every entry of this folder under libFuzzer (clang 14 or newer), for so many inputs each; the corpus is kept.

python tests/dsp/fuzz/run.py [--share 1.0] [ENTRY ...]
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

FUZZ: Final = Path(__file__).parent
CSRC: Final = FUZZ.parents[2] / "dsp" / "csrc"
BUILD: Final = FUZZ.parents[2] / "build" / "fuzz"
OPTIONS: Final = (
    *("-std=c11", "-ffp-contract=off", "-g", "-O2", "-w"),
    *("-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=all"),
)
# clang passes over `#pragma GCC target`; these files are entered only where the machine has the instructions.
AVX512: Final = tuple(f"-mavx512{part}" for part in ("f", "bw", "vl", "dq", "vbmi", "vnni"))
TARGETS: Final = {"avx2": ("-mavx2",), "avx512": AVX512}

# Inputs and octets of the longest; more where an input is quickly done.  Together 10^7.
RUNS: Final = {
    "g711": (6_000_000, 300),
    "e1": (3_000_000, 400),
    "screen": (800_000, 200),
    "engine": (40_000, 500),
    "lines": (10_000, 600),
    "mapped": (10_000, 500),
    "echo": (5_000, 300),
}
GENERAL: Final = (150_000, 600)


def clang() -> str:
    for name in ("clang", *(f"clang-{version}" for version in range(20, 13, -1))):
        if found := shutil.which(name):
            return found
    sys.exit("missing clang: sudo apt-get install clang libclang-rt-14-dev")


def build(compiler: str) -> list[Path]:
    """The objects of the core; those that are older than any source are made anew."""
    BUILD.mkdir(parents=True, exist_ok=True)
    newest = max(path.stat().st_mtime for path in CSRC.iterdir())
    objects = []
    for source in sorted(CSRC.glob("*.c")):
        made = BUILD / f"{source.stem}.o"
        if not made.exists() or made.stat().st_mtime < newest:
            target = TARGETS.get(source.stem.rpartition("_")[2], ())
            subprocess.run([compiler, *OPTIONS, *target, f"-I{CSRC}", "-c", source, "-o", made], check=True)
        objects.append(made)
    return objects


def fuzz(compiler: str, objects: list[Path], entry: str, share: float) -> tuple[int, int]:
    """How many inputs were run, and how many edges they covered; ends the program when one crashed."""
    made, corpus = BUILD / f"fuzz-{entry}", BUILD / "corpus" / entry
    corpus.mkdir(parents=True, exist_ok=True)
    link = [compiler, *OPTIONS, "-fsanitize=fuzzer", f"-I{CSRC}", str(FUZZ / f"{entry}.c")]
    subprocess.run([*link, *map(str, objects), "-lm", "-o", str(made)], check=True)
    inputs, longest = RUNS.get(entry, GENERAL)
    command = [str(made), f"-runs={int(inputs * share)}", f"-max_len={longest}", "-print_final_stats=1", str(corpus)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=BUILD)
    if ran.returncode != 0:
        sys.exit(f"{entry}: crashed\n{ran.stderr[-4000:]}")
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", ran.stderr)
    covered = re.findall(r"cov: (\d+)", ran.stderr)
    return int(executed[1]) if executed else 0, int(covered[-1]) if covered else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", nargs="*")
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of inputs")
    asked = parser.parse_args()
    compiler = clang()
    objects = build(compiler)
    total = 0
    for entry in asked.entries or sorted(path.stem for path in FUZZ.glob("*.c") if path.stem != "random"):
        began = perf_counter()
        executed, covered = fuzz(compiler, objects, entry, asked.share)
        total += executed
        print(
            f"{entry:10} {executed:>10,} inputs  {covered:>6,} edges  {perf_counter() - began:6.0f} s  no crash",
            flush=True,
        )
    print(f"{'all':10} {total:>10,} inputs on {os.uname().machine}")


if __name__ == "__main__":
    main()
