"""The house of a load run in a process of its own, until SIGTERM: what `kmcc run` is, with the CPU split beside it."""

import json
import os
import resource
import signal
import time
from pathlib import Path
from typing import Any, Final

from kmcc.daemon import serve
from kmcc.load.cpu_split import CpuSplit
from kmcc.load.order import Order
from kmcc.load.plant import house_of

CPU_FILE: Final = "house-cpu.json"
TELL: Final = signal.SIGUSR2
"""On this signal the process writes what it has spent so far."""


def run_house(order: Order) -> None:
    split = CpuSplit()

    def tell(_number: int, _frame: object) -> None:
        write_whole(order.folder / CPU_FILE, spent(split))

    signal.signal(TELL, tell)
    with split.measuring():
        serve(house_of(order.scenario, order.folder, url=order.url, port=order.port))
    tell(0, None)


def spent(split: CpuSplit) -> dict[str, Any]:
    """CPU seconds of the process and, of its main thread, by part; the most memory it has had."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "process_s": time.process_time(),
        "main_s": time.thread_time(),
        "parts": split.parts,
        "lines": split.lines(60),
        "most_memory_mb": usage.ru_maxrss / 1024,
    }


def write_whole(path: Path, what: object) -> None:
    """Whoever reads it finds the old one or the new one."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(what), encoding="utf-8")
    os.replace(beside, path)
