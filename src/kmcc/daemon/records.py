"""Where call records go: to every sink, counted by cause for the metrics."""

from collections import Counter

from kmcc.switch.cdr import Cdr, CdrSink
from kmcc.switch.circuit import Cause


class RecordFan:
    """A CdrSink that hands each record to several others."""

    def __init__(self, *sinks: CdrSink) -> None:
        self._sinks = sinks
        self.by_cause: Counter[Cause] = Counter()

    @property
    def count(self) -> int:
        return self.by_cause.total()

    def write(self, cdr: Cdr) -> None:
        self.by_cause[cdr.cause] += 1
        for sink in self._sinks:
            sink.write(cdr)
