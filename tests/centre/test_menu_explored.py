"""The packaged flows in every state that a caller can bring them to: all steps are reached, and every way ends."""

from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from tests.centre.conftest import BOOK, START

from kmcc.centre.functions import SIGNATURES
from kmcc.switch.announce import Language
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice import step as steps
from kmcc.switch.voice.interpreter import begin, receive
from kmcc.switch.voice.value import Kind, Value
from kmcc.switch.voice.visit import Facts, Visit, Waits

MENU_KEYS: Final = (*"0123456789*#", "")
ENTRY_KEYS: Final = ("1", "#", "*", "")
SAMPLES: Final[Mapping[Kind, Value]] = {
    Kind.WORD: "set",
    Kind.DIGITS: "3190001",
    Kind.AMOUNT: 3560,
    Kind.SPEECH: ("no-bill",),
}
MOST_SILENT_TURNS = 30


@dataclass(frozen=True)
class State:
    """A visit and what it waits for."""

    visit: Visit
    awaited: fx.Effect

    def key(self) -> Hashable:
        """What makes a difference for where it can lead.

        Not what is played first or for the second time, nor what else was collected: the shortest way here comes first,
        with the fewest variables set.
        """
        visit = self.visit
        return (
            *(visit.node, visit.step, visit.above, visit.waits, visit.pending, visit.ahead, self.entry()),
            *(visit.has_account, bool(visit.account), visit.tries, visit.misses, tuple(visit.proved)),
            *(visit.values.get("has_password"), type(self.awaited)),
        )

    def entry(self) -> int:
        """How long it is, as far as that matters."""
        most = self.step.most if isinstance(self.step, steps.Collect) else 0
        return min(len(self.visit.entry), most + 1)

    @property
    def step(self) -> steps.Step:
        return BOOK.nodes[self.visit.node].steps[self.visit.step]


def outcomes(state: State) -> Iterator[fx.Told]:
    """All that can come of what is waited for, the good end last."""
    match state.awaited:
        case fx.Ask(name):
            signature = SIGNATURES[name]
            yield fx.Told("failed")
            yield from (fx.Told(outcome) for outcome in signature.outcomes)
            values = {output: SAMPLES[kind] for output, kind in signature.outputs.items()}
            yield fx.Told("done", values)
            if name == "own-line":
                yield fx.Told("done", {**values, "password": "unset"})
        case fx.Verify():
            yield from (fx.Told("failed"), fx.Told("wrong"), fx.Told("done", {"number": "3190001"}))
        case fx.ToSeat():
            yield from (fx.Told("full"), fx.Told("done"))
        case fx.SendFax():
            yield from (fx.Told("unavailable"), fx.Told("kept"), fx.Told("done"))
        case fx.PromiseCall():
            yield from (fx.Told("refused"), fx.Told("done"))
        case fx.TakeMessage():
            yield from (fx.Told("nothing"), fx.Told("done"))


def news(state: State) -> Iterator[fx.News]:
    match state.visit.waits:
        case Waits.FOR_DONE:
            yield fx.Done()
        case Waits.FOR_KEY:
            keys = MENU_KEYS if isinstance(state.step, steps.Menu) or state.visit.pending else ENTRY_KEYS
            yield from (fx.Key(key) for key in keys)
        case Waits.FOR_RESULT:
            yield from outcomes(state)


def after(state: State, what: fx.News) -> State:
    visit, effects = receive(BOOK, state.visit, what, START)
    return State(visit, effects[-1])


def first(entry: str) -> State:
    visit, effects = begin(BOOK, entry, Facts(entry, "1000", "3190001", "ordinary", Language.ZH), START)
    return State(visit, effects[-1])


def fresh(state: State) -> State:
    """With all patience for plays, so that what the limit of plays cuts short is looked at, too."""
    return State(replace(state.visit.copy(), plays=0, seen=frozenset()), state.awaited)


def explored() -> dict[Hashable, State]:
    starts = [fresh(first(entry)) for entry in BOOK.entries]
    found = {state.key(): state for state in starts}
    rest = deque(starts)
    while rest:
        state = rest.popleft()
        for what in news(state):
            there = fresh(after(state, what))
            if there.key() not in found:
                found[there.key()] = there
                rest.append(there)
    return found


def silent_turns(state: State, known: dict[Hashable, int]) -> int:
    """Until the release, when nobody presses anything and nothing succeeds."""
    way: list[Hashable] = []
    while state.visit.waits is not Waits.FOR_NOTHING and state.key() not in known:
        way.append(state.key())
        state = after(state, next(iter((fx.Key(""),) if state.visit.waits is Waits.FOR_KEY else news(state))))
        assert len(way) <= MOST_SILENT_TURNS, state.visit.path
    turns = known.get(state.key(), 0)
    known |= {key: turns + len(way) - index for index, key in enumerate(way)}
    return turns + len(way)


def test_every_state_that_a_caller_can_come_to() -> None:
    states = explored()
    waited = {(state.visit.node, state.visit.step) for state in states.values()}
    moving = (steps.GoTo, steps.Branch, steps.SetLanguage)
    expected = {
        (node.id, index)
        for node in BOOK.nodes.values()
        for index, step in enumerate(node.steps)
        if not isinstance(step, moving)
    }
    assert waited == expected  # every step that waits for something is reached
    menus = {node.id for node in BOOK.nodes.values() for step in node.steps if isinstance(step, steps.Menu)}
    known: dict[Hashable, int] = {}
    for state in states.values():
        assert len(set(state.visit.path)) == len(state.visit.path)  # nobody is in a menu twice
        assert {node for node, _ in state.visit.above} <= menus
        assert silent_turns(state, known) <= MOST_SILENT_TURNS
    assert len(states) > 1000, len(states)


ANYTHING = st.lists(st.integers(0, 11), min_size=1, max_size=40)


@given(st.sampled_from(sorted(BOOK.entries)), ANYTHING)
def test_whatever_a_caller_does_and_whatever_comes_of_it_the_call_ends(entry: str, choices: list[int]) -> None:
    """The choices go round for ever; the limits of plays and misses end the call."""
    state, turns = first(entry), 0
    while state.visit.waits is not Waits.FOR_NOTHING:
        possible = list(news(state))
        state = after(state, possible[choices[turns % len(choices)] % len(possible)])
        turns += 1
        assert turns < 3000
