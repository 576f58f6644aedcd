"""What an event of the queue machine costs while more and more callers wait; draws docs/plots/queue-event-cost.svg."""

from pathlib import Path
from time import process_time
from typing import Final

from benchmarks.bench_queue import SEATS, manned, turn_over

WAITING: Final = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
CALLS: Final = 1_500
ROUNDS: Final = 7
PLOT: Final = Path(__file__).parents[1] / "docs" / "plots" / "queue-event-cost.svg"


def costs_us() -> list[float]:
    """The best of several rounds each; the rounds of all take turns, so that a loaded machine slows all alike."""
    machines = [manned(SEATS, waiting) for waiting in WAITING]
    best = [float("inf")] * len(WAITING)
    for number in range(ROUNDS):
        for index, machine in enumerate(machines):
            began_s = process_time()
            events = turn_over(machine, CALLS, 1_000_000 * (number + 1))
            best[index] = min(best[index], 1e6 * (process_time() - began_s) / events)
    return best


def main() -> None:
    import matplotlib as mpl  # noqa: PLC0415 (takes a second)
    from matplotlib.figure import Figure  # noqa: PLC0415

    found = costs_us()
    for waiting, us in zip(WAITING, found, strict=True):
        print(f"{waiting:7} waiting: {us:.1f} us an event")
    mpl.rcParams.update({"svg.hashsalt": "kmcc", "svg.fonttype": "none", "font.size": 9})
    figure = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.semilogx(WAITING, found, marker=".", label="KMCC")
    axes.set(xlabel="callers who wait for 1,500 seats", ylabel="us an event", title="queue machine: cost of an event")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(PLOT, metadata={"Date": None})


if __name__ == "__main__":
    main()
