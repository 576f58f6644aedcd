"""A process of a load run, seen from outside: its CPU time and memory by /proc, its health by HTTP."""

import json
import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
ANSWER_LIMIT_S: Final = 5.0
_METRIC: Final = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)


def cpu_s(pid: int) -> float:
    """User and system time so far; 0 when it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / TICKS_A_SECOND


def main_thread_s(pid: int) -> tuple[float, float]:
    """CPU time of its main thread, and how long that was ready to run and waited for a CPU; 0 when it is gone."""
    try:
        ran_ns, waited_ns, _ = Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    return int(ran_ns) / 1e9, int(waited_ns) / 1e9


def memory_mb(pid: int) -> float:
    """The most it has had; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def health(port: int) -> dict[str, Any] | None:
    """What /healthz says, fit or not; None when nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=ANSWER_LIMIT_S) as answer:
            told: dict[str, Any] = json.load(answer)
    except URLError as error:
        body = getattr(error, "fp", None)  # 503 has a body, too
        return None if body is None else json.load(body)
    except (OSError, ValueError):
        return None
    return told


def metrics(port: int) -> dict[str, float]:
    """The sum of each metric over its labels; empty when nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=ANSWER_LIMIT_S) as answer:
            text = answer.read().decode()
    except OSError:
        return {}
    sums: dict[str, float] = {}
    for name, _, value in _METRIC.findall(text):
        sums[name] = sums.get(name, 0.0) + float(value)
    return sums
