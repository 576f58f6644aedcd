"""The ladder of each call on the terminal, drawn from the event log as it goes."""

from rich.console import Console
from rich.panel import Panel

from kmcc.store.event import Event
from kmcc.trace.call_trace import CallTrace
from kmcc.trace.collector import CallDone, Collector, News
from kmcc.trace.text import ladder


class LadderView:
    """Fed with every event; prints a call's ladder when its circuit has come to rest, or one line in `brief` times."""

    def __init__(self, console: Console) -> None:
        self.brief = False
        self.printed = 0
        self._console = console
        self._collector = Collector()

    def take(self, event: Event) -> None:
        self._show(self._collector.take(event))

    def finish(self) -> None:
        """Print what is not quite over."""
        self._show(self._collector.finish())

    def _show(self, news: list[News]) -> None:
        for one in news:
            if isinstance(one, CallDone):
                self._print(one.trace)

    def _print(self, trace: CallTrace) -> None:
        if self.brief:
            self._console.print(f"  {trace.title}", style="dim", highlight=False)
            return
        panel = Panel(ladder(trace), title=trace.title, title_align="left", border_style="blue", expand=False)
        self._console.print(panel)
        self.printed += 1
