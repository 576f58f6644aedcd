"""Where each step can lead, and where it leads a caller who does nothing."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmcc.switch.voice import step as st


class Spot(NamedTuple):
    """A step's place in the book."""

    node: str
    step: int


class Edge(NamedTuple):
    """`key` is the step's key in the file that says so; `is_automatic` = it is taken without the caller's doing."""

    key: tuple[str, ...]
    target: st.Target
    is_automatic: bool


def edges(step: st.Step, book: st.FlowBook) -> Iterator[Edge]:
    """Where a step leads by name; the step behind it is not among them."""
    fault = Edge((), book.settings.fault, True)
    match step:
        case st.GoTo(target):
            yield Edge(("goto",), target, True)
        case st.Menu():
            yield from (Edge(("keys", key), target, False) for key, target in step.keys.items())
            yield Edge(("exhausted",), step.exhausted, True)
        case st.Collect():
            yield Edge(("nothing",), step.nothing, True)
            yield from _star_edges(book)
        case st.Authenticate():
            yield Edge(("refused",), step.refused, True)
            yield fault
            yield from _star_edges(book)
        case st.Branch():
            yield from (Edge(("cases", word), target, True) for word, target in step.cases.items())
            if step.otherwise is not None:
                yield Edge(("otherwise",), step.otherwise, True)
        case st.Query():
            yield from (Edge(("on", outcome), target, True) for outcome, target in step.on.items())
            yield fault
        case _:
            yield from _errand_edges(step)


def _errand_edges(step: st.Step) -> Iterator[Edge]:
    """What the centre does for a caller never fails without a word: each outcome has its own way."""
    match step:
        case st.Transfer():
            yield Edge(("full",), step.full, True)
        case st.Fax():
            yield from (Edge(("on", outcome), target, True) for outcome, target in step.on.items())
        case st.Record():
            yield Edge(("nothing",), step.nothing, True)
        case st.CallBack():
            yield Edge(("refused",), step.refused, True)


def _star_edges(book: st.FlowBook) -> Iterator[Edge]:
    """An entry is left by a star, as the keys of the whole book say."""
    for key, target in book.common.items():
        if key.startswith("*"):
            yield Edge((), target, False)


def goes_on(step: st.Step) -> bool:
    """Whether the step behind it can follow."""
    return not isinstance(step, st.ENDS) and not (isinstance(step, st.Branch) and step.otherwise is not None)


def goes_on_alone(step: st.Step) -> bool:
    """Whether the step behind it follows without the caller's doing; a seat's talk and an entry are his doing."""
    return goes_on(step) and not isinstance(step, st.Transfer | st.Collect | st.Record)


def reached(book: st.FlowBook) -> set[str]:
    """Nodes that some caller can come to."""
    found = dict.fromkeys((*book.entries.values(), book.settings.exhausted, book.settings.fault))
    rest = list(found)
    while rest:
        for step in book.nodes[rest.pop()].steps:
            new = [edge.target for edge in edges(step, book) if edge.target in book.nodes and edge.target not in found]
            found |= dict.fromkeys(new)
            rest += new
    return set(found)


def silent_loop(book: st.FlowBook) -> tuple[Spot, ...] | None:
    """Spots that lead round to the first of them although the caller does nothing; None when every way ends."""
    ways = {
        Spot(id_, index): tuple(_silent_ways(book, node, index))
        for id_, node in book.nodes.items()
        for index in range(len(node.steps))
    }
    done: set[Spot] = set()
    for spot in ways:
        loop = _loop_from(spot, ways, done)
        if loop is not None:
            return loop
    return None


def _silent_ways(book: st.FlowBook, node: st.Node, index: int) -> Iterator[Spot]:
    step = node.steps[index]
    if goes_on_alone(step) and index + 1 < len(node.steps):
        yield Spot(node.id, index + 1)
    for edge in edges(step, book):
        if edge.is_automatic and edge.target in book.nodes:
            yield Spot(edge.target, 0)


def _loop_from(start: Spot, ways: Mapping[Spot, tuple[Spot, ...]], done: set[Spot]) -> tuple[Spot, ...] | None:
    """Depth first, without recursion: a file may be long."""
    path: list[Spot] = []
    rest: list[Iterator[Spot]] = [iter((start,))]
    while rest:
        spot = next(rest[-1], None)
        if spot is None:
            rest.pop()
            if path:
                done.add(path.pop())
        elif spot in path:
            return (*path[path.index(spot) :],)
        elif spot not in done:
            path.append(spot)
            rest.append(iter(ways[spot]))
    return None
