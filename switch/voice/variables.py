"""Variables of a book: of which kind each is, who sets and who uses them, and which are surely set where."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kmcc.switch.voice import step as st
from kmcc.switch.voice.function import Signature
from kmcc.switch.voice.graph import Spot, edges, goes_on
from kmcc.switch.voice.value import Kind
from kmcc.switch.voice.visit import BUILT_IN, IMPLIES

ALWAYS = frozenset(BUILT_IN) - set(IMPLIES.values())


class Use(NamedTuple):
    """A step's key that names a variable, and the kinds that will do there; None = any that can be said."""

    key: tuple[str | int, ...]
    variable: str
    kinds: tuple[Kind, ...] | None


def sets(step: st.Step, functions: Mapping[str, Signature]) -> Iterator[tuple[str, Kind]]:
    """The variables that have a value once the step is done."""
    match step:
        case st.Collect():
            yield step.into, Kind.SECRET if step.is_secret else Kind.DIGITS
        case st.Authenticate():
            yield step.into, Kind.DIGITS
        case st.Query() if step.function in functions:
            for name, kind in functions[step.function].outputs.items():
                if name in step.into:
                    yield step.into[name], kind


def uses(step: st.Step, functions: Mapping[str, Signature]) -> Iterator[Use]:
    match step:
        case st.Play():
            yield from _said(("play",), step.parts)
        case st.Menu():
            yield from _said(("menu",), step.parts)
            if step.again != step.parts:
                yield from _said(("again",), step.again)
        case st.Collect() | st.Record():
            yield from _said(("prompts",), step.parts)
        case st.Authenticate():
            yield from _said(("account",), step.account)
            yield from _said(("password",), step.password)
            if step.known is not None:
                yield Use(("known",), step.known, (Kind.DIGITS,))
        case st.Query() if step.function in functions:
            for name, kind in functions[step.function].inputs.items():
                if name in step.given:
                    yield Use(("given", name), step.given[name], (kind,))
        case st.CallBack():
            yield Use(("number",), step.number, (Kind.DIGITS,))


def _said(key: tuple[str, ...], parts: tuple[st.Part, ...]) -> Iterator[Use]:
    for index, part in enumerate(parts):
        if isinstance(part, st.Say):
            yield Use((*key, index), part.variable, None)


def kinds_of(nodes: Mapping[str, st.Node], functions: Mapping[str, Signature]) -> dict[str, Kind]:
    """Of every variable; the first step that sets it says what it is."""
    kinds = {name: kind for name, (kind, _) in BUILT_IN.items()}
    for node in nodes.values():
        for step in node.steps:
            for name, kind in sets(step, functions):
                kinds.setdefault(name, kind)
    return kinds


def surely_set(book: st.FlowBook, functions: Mapping[str, Signature]) -> Mapping[Spot, frozenset[str]]:
    """What has a value whenever a step begins, whatever way the caller came. Steps that nobody reaches are left out.

    A way up or once more leads to a step that was begun before: values are never taken away.
    """
    known: dict[Spot, frozenset[str]] = {}
    rest = [(Spot(node, 0), ALWAYS) for node in book.entries.values()]
    while rest:
        spot, arriving = rest.pop()
        before = known.get(spot)
        now = arriving if before is None else before & arriving
        if now == before:
            continue
        known[spot] = now
        step = book.nodes[spot.node].steps[spot.step]
        if goes_on(step) and spot.step + 1 < len(book.nodes[spot.node].steps):
            rest.append((Spot(spot.node, spot.step + 1), now | {name for name, _ in sets(step, functions)}))
        there = (edge for edge in edges(step, book) if edge.target in book.nodes)
        rest += [(Spot(edge.target, 0), now | _implied(step, edge.key)) for edge in there]
    return known


def _implied(step: st.Step, key: tuple[str, ...]) -> set[str]:
    """What a case tells beside where to go."""
    if not isinstance(step, st.Branch) or key[:1] != ("cases",):
        return set()
    implied = IMPLIES.get((step.on, key[1]))
    return set() if implied is None else {implied}
