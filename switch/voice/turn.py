"""The work of one turn: what every step can do with the visit, and the effects that come of it."""

from collections.abc import Mapping
from datetime import datetime

from kmcc.switch.announce import SlotKind
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice import step as st
from kmcc.switch.voice.function import DONE, FAILED
from kmcc.switch.voice.value import SAID_AS, Kind, Secret, say
from kmcc.switch.voice.visit import Visit, Waits


class Turn:
    """The work of one turn, on a visit of its own."""

    def __init__(self, book: st.FlowBook, visit: Visit, now: datetime) -> None:
        self.book = book
        self.visit = visit
        self.now = now
        self.out: list[fx.Effect] = []
        self.is_waiting = False
        self.typed: str | None = None

    @property
    def step(self) -> st.Step:
        return self.book.nodes[self.visit.node].steps[self.visit.step]

    # --- what a step can do -----------------------------------------------------------------------------------------

    def wait(self, effect: fx.Awaited, waits: Waits) -> None:
        self.out.append(effect)
        self.visit.waits = waits
        self.is_waiting = True

    def listen(self, names: tuple[str, ...], timeout_s: float, *, is_secret: bool = False) -> None:
        """For one key; one that was pressed already is taken first."""
        if self.visit.ahead:
            self.typed, self.visit.ahead = self.visit.ahead[0], self.visit.ahead[1:]
        else:
            self.wait(fx.Listen(names, timeout_s, is_secret), Waits.FOR_KEY)

    def names(self, parts: tuple[st.Part, ...]) -> tuple[str, ...]:
        """What is played now, in the language of now."""
        names: list[str] = []
        for part in parts:
            if isinstance(part, st.Say):
                names += say(self.visit.values[part.variable], self.kind(part), self.visit.language)
            else:
                names.append(part)
        return tuple(names)

    def kind(self, part: st.Say) -> SlotKind | None:
        """How it is said; None = it is a speech."""
        if part.kind is not None:
            return part.kind
        kind = self.book.kinds[part.variable]
        return None if kind is Kind.SPEECH else SAID_AS[kind][0]

    def next(self) -> None:
        self.visit.step += 1
        self.forget_entry()

    def go(self, target: st.Target, menu: tuple[str, int] | None = None) -> None:
        """To a node, from a menu; or to the menu above, or once more."""
        visit = self.visit
        self.forget_entry()
        if target == st.AGAIN:
            return
        if target == st.UP:
            if visit.above:
                visit.above, (visit.node, visit.step) = visit.above[:-1], visit.above[-1]
        else:
            above = visit.above if menu is None else (*visit.above, menu)
            visit.above = _without_loops(above, target)
            visit.node, visit.step = target, 0
        visit.misses = 0
        self.out.append(fx.Arrived(visit.node))

    def forget_entry(self) -> None:
        visit = self.visit
        visit.tries, visit.entry, visit.pending = 0, "", ""
        visit.has_account, visit.account = False, Secret("")

    def settle(self, told: fx.Told, on: Mapping[str, st.Target]) -> bool:
        """Whether it is done; otherwise the flow goes on where this outcome leads."""
        if told.outcome == DONE:
            self.next()
            return True
        self.go(self.book.settings.fault if told.outcome == FAILED else on[told.outcome])
        return False

    def may_play(self) -> bool:
        """Counts one more play; False = so many in one visit that the caller is only kept busy."""
        self.visit.plays += 1
        return self.visit.plays <= self.book.settings.max_plays

    def sequence(self, key: str, keys: Mapping[str, st.Target], *, is_secret: bool = False) -> str | None:
        """The sequence that is complete now; None = one more key may belong to it. "" stays ""."""
        visit = self.visit
        whole = visit.pending + key
        if key and whole not in keys and visit.pending:
            visit.ahead = key + visit.ahead
            whole = visit.pending
        elif key and any(other.startswith(whole) and other != whole for other in keys):
            visit.pending = whole
            self.listen((), self.book.settings.second_key_s, is_secret=is_secret)
            return None
        visit.pending = ""
        return whole


def _without_loops(above: tuple[tuple[str, int], ...], target: str) -> tuple[tuple[str, int], ...]:
    """Whoever comes back to a node is where he was, not deeper."""
    for index, (node, _) in enumerate(above):
        if node == target:
            return above[:index]
    return above
