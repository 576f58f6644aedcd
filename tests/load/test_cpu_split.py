"""The CPU split: what it books is the thread's own CPU, on the part whose code ran."""

import time

import pytest

from kmcc.dsp.engine import Engine
from kmcc.load.cpu_split import CpuSplit, _part


def test_an_engine_that_runs_is_the_engine() -> None:
    engine, split = Engine(spans=8), CpuSplit()
    began_s = time.thread_time()
    with split.measuring():
        while time.thread_time() - began_s < 0.3:
            engine.run(50)
        spent_s = time.thread_time() - began_s
    assert next(iter(split.parts)) == "engine"
    assert 0 < sum(split.parts.values()) <= spent_s
    assert split.parts["engine"] == pytest.approx(sum(s for name, s in split.lines(100) if "engine" in name), rel=0.2)


@pytest.mark.parametrize(
    ("module", "part"),
    [
        ("kmcc.switch.china1_circuit", "signalling"),
        ("kmcc.signaling.china1.channel", "signalling"),
        ("kmcc.switch.callserver", "calls"),
        ("kmcc.switch.seats", "queue"),
        ("kmcc.store.event_log", "journal"),
        ("kmcc.store.database", "store"),
        ("kmcc.firmware_sim.people.agent", "simulated town"),
        ("json.encoder", None),
    ],
)
def test_whose_code_is_whose(module: str, part: str | None) -> None:
    assert _part(module) == part
