"""Everything that a caller would stumble over, found before the first call (R-252)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kmcc.switch.voice import step as st
from kmcc.switch.voice.function import FAILED, Signature
from kmcc.switch.voice.graph import Edge, edges, goes_on, reached, silent_loop
from kmcc.switch.voice.misfit import Misfit, Place, step_place
from kmcc.switch.voice.value import SAID_AS, Kind
from kmcc.switch.voice.variables import Use, sets, surely_set, uses
from kmcc.switch.voice.visit import BUILT_IN


@dataclass(frozen=True, slots=True)
class World:
    """What a book may name: prompts, business functions, checks of identity, services with seats.

    `entries` are those that it must have.
    """

    prompts: Collection[str]
    functions: Mapping[str, Signature]
    checks: Collection[str]
    services: Collection[str]
    entries: Collection[str] = ()


def misfits(book: st.FlowBook, world: World) -> Iterator[Misfit]:
    """All of them; what depends on the way a caller takes only when every step leads somewhere."""
    lost = [*_lost_entries(book), *_lost_targets(book)]
    yield from lost
    for name in sorted(set(world.entries) - book.entries.keys()):
        yield Misfit(("entries",), f"no entry for {name}", f"{name} = a node: a number leads to it")
    yield from _settings(book, world)
    for node in book.nodes.values():
        for index, step in enumerate(node.steps):
            for misfit in (*_names(step, world), *_kinds(step, book, world)):
                yield Misfit(step_place(node.id, index, *misfit.place), misfit.found, misfit.expected)
        yield from _ends(node)
    if not lost:
        yield from _unreached(book)
        yield from _loops(book)
        yield from _unset(book, world)


# --- targets ------------------------------------------------------------------------------------------------------


def _lost_entries(book: st.FlowBook) -> Iterator[Misfit]:
    roots: dict[Place, str] = {("entries", name): target for name, target in book.entries.items()}
    roots |= {("settings", "exhausted"): book.settings.exhausted, ("settings", "fault"): book.settings.fault}
    for place, target in roots.items():
        if target not in book.nodes:
            yield Misfit(place, f'"{target}"', "a node")
    for key, target in book.common.items():
        if target not in (*book.nodes, *st.WORDS):
            yield Misfit(("keys", key), f'"{target}"', f"a node, {' or '.join(st.WORDS)}")


def _lost_targets(book: st.FlowBook) -> Iterator[Misfit]:
    for node in book.nodes.values():
        for index, step in enumerate(node.steps):
            for edge in edges(step, book):
                words = st.WORDS if not edge.is_automatic else ()
                if not _is_of_book(edge, book) and edge.target not in (*book.nodes, *words):
                    expected = f"a node, {' or '.join(words)}" if words else "a node"
                    yield Misfit(step_place(node.id, index, *edge.key), f'"{edge.target}"', expected)


def _is_of_book(edge: Edge, book: st.FlowBook) -> bool:
    """Said once for all steps, and found there."""
    match edge.key:
        case ():
            return True
        case ("keys", key):
            return book.common.get(key) == edge.target
    return edge.key == ("exhausted",) and edge.target == book.settings.exhausted


def _unreached(book: st.FlowBook) -> Iterator[Misfit]:
    for node in book.nodes.keys() - reached(book):
        yield Misfit(("nodes", node), "a node that nothing leads to", "a key or a step that leads here")


def _ends(node: st.Node) -> Iterator[Misfit]:
    """The last step, and no other, leads away for good."""
    last = len(node.steps) - 1
    end = next((index for index, step in enumerate(node.steps) if not goes_on(step)), None)
    if end is None:
        expected = "a last step that leads on: menu, goto, hang_up, or branch with otherwise"
        yield Misfit(step_place(node.id, last), "the end of the node", expected)
    elif end < last:
        yield Misfit(step_place(node.id, end + 1), "a step never reached", "nothing behind the step above")


def _loops(book: st.FlowBook) -> Iterator[Misfit]:
    loop = silent_loop(book)
    if loop is not None:
        way = " -> ".join(dict.fromkeys(spot.node for spot in loop))
        found = f"a way round that needs no caller: {way} -> {loop[0].node}"
        yield Misfit(step_place(*loop[-1]), found, "a way that ends for a caller who does nothing")


# --- names ----------------------------------------------------------------------------------------------------------


def _settings(book: st.FlowBook, world: World) -> Iterator[Misfit]:
    settings = book.settings
    for key in ("invalid", "silence", "please_wait"):
        name = getattr(settings, key)
        if name is not None and name not in world.prompts:
            yield Misfit(("settings", key), f'"{name}"', "a prompt of the catalogue")
    for name in book.calendars:
        if name in book.kinds:
            yield Misfit(("calendars", name), f'"{name}"', "a name that no variable has")


def _names(step: st.Step, world: World) -> Iterator[Misfit]:
    for place, name in _prompts(step):
        if name not in world.prompts:
            yield Misfit(place, f'"{name}"', "a prompt of the catalogue")
    match step:
        case st.Query():
            yield from _function(step, world)
        case st.Authenticate() if step.check not in world.checks:
            yield Misfit(("authenticate",), f'"{step.check}"', f"one of {', '.join(sorted(world.checks))}")
        case st.Fax():
            yield from _outcomes(step.on, ("kept", "unavailable"))
        case st.Transfer(service) | st.CallBack(service) if service is not None and service not in world.services:
            key = "transfer" if isinstance(step, st.Transfer) else "callback"
            yield Misfit((key,), f'"{service}"', f"any, or a service: {', '.join(world.services)}")


def _prompts(step: st.Step) -> Iterator[tuple[Place, str]]:
    played: dict[str, tuple[st.Part, ...]] = {}
    match step:
        case st.Play():
            played = {"play": step.parts}
        case st.Menu():
            played = {"menu": step.parts} | ({} if step.again == step.parts else {"again": step.again})
        case st.Collect() | st.Record():
            played = {"prompts": step.parts}
        case st.Authenticate():
            played = {"account": step.account, "password": step.password}
    for key, parts in played.items():
        yield from (((key, index), part) for index, part in enumerate(parts) if isinstance(part, str))
    if isinstance(step, st.Collect | st.Authenticate):
        yield ("wrong",), step.wrong


def _function(step: st.Query, world: World) -> Iterator[Misfit]:
    signature = world.functions.get(step.function)
    if signature is None:
        yield Misfit(("query",), f'"{step.function}"', f"one of {', '.join(sorted(world.functions))}")
        return
    for key, there, known in (("given", step.given, signature.inputs), ("into", step.into, signature.outputs)):
        for name in there.keys() - known.keys():
            yield Misfit((key, name), name, f"one of {', '.join(known) or '(none)'}")
    for name in signature.inputs.keys() - step.given.keys():
        yield Misfit(("query",), f"{step.function} without {name}", f"given = {{ {name} = a variable }}")
    yield from _outcomes(step.on, signature.outcomes)


def _outcomes(on: Mapping[str, str], outcomes: tuple[str, ...]) -> Iterator[Misfit]:
    for outcome in outcomes:
        if outcome not in on:
            yield Misfit(("on",), f"no way on for {outcome}", f"on = {{ {outcome} = a node }}")
    for outcome in on.keys() - set(outcomes) - {FAILED}:
        yield Misfit(("on", outcome), outcome, f"one of {', '.join(outcomes) or '(none)'}")


# --- variables ------------------------------------------------------------------------------------------------------


def _kinds(step: st.Step, book: st.FlowBook, world: World) -> Iterator[Misfit]:
    for name, kind in sets(step, world.functions):
        if name in BUILT_IN:
            yield Misfit((), f"the variable {name}", f"a name of its own: {name} is always there")
        elif book.kinds[name] is not kind:
            yield Misfit((), f"{name}: {kind.value}", f"{book.kinds[name].value}, as another step sets it")
    for use in uses(step, world.functions):
        kind_there = book.kinds.get(use.variable)
        if kind_there is None:
            yield Misfit(use.key, f"the variable {use.variable}", "one that a step sets")
        elif use.kinds is not None and kind_there not in use.kinds:
            yield Misfit(use.key, f"{use.variable}: {kind_there.value}", " or ".join(kind.value for kind in use.kinds))
        elif use.kinds is None:
            yield from _said(use, kind_there, step)
    if isinstance(step, st.Branch):
        yield from _branch(step, book)


def _said(use: Use, kind: Kind, step: st.Step) -> Iterator[Misfit]:
    slots = {part.kind for part in _parts_of(step) if isinstance(part, st.Say) and part.variable == use.variable}
    if kind is not Kind.SPEECH and kind not in SAID_AS:
        yield Misfit(use.key, f"{use.variable}: {kind.value}", "a value that can be said")
    for slot in slots - {None} - set(SAID_AS.get(kind, ())):
        assert slot is not None
        yield Misfit(use.key, f"{use.variable}: {kind.value} said as {slot.value}", "a way to say it that fits")


def _parts_of(step: st.Step) -> tuple[st.Part, ...]:
    match step:
        case st.Play() | st.Collect() | st.Record():
            return step.parts
        case st.Menu():
            return (*step.parts, *step.again)
        case st.Authenticate():
            return (*step.account, *step.password)
    return ()


def _branch(step: st.Branch, book: st.FlowBook) -> Iterator[Misfit]:
    words: tuple[str, ...]
    if step.on in book.calendars:
        words = (st.OPEN, st.CLOSED)
    elif book.kinds.get(step.on) is Kind.WORD:
        words = BUILT_IN.get(step.on, (Kind.WORD, ()))[1]
    else:
        yield Misfit(("branch",), f'"{step.on}"', "a calendar, or a variable that is a word")
        return
    for case in step.cases:
        if words and case not in words:
            yield Misfit(("cases", case), f'"{case}"', f"one of {', '.join(words)}")


def _unset(book: st.FlowBook, world: World) -> Iterator[Misfit]:
    for spot, known in surely_set(book, world.functions).items():
        step = book.nodes[spot.node].steps[spot.step]
        on = (Use(("branch",), step.on, None),) if isinstance(step, st.Branch) and step.on in book.kinds else ()
        for use in (*uses(step, world.functions), *on):
            if use.variable in book.kinds and use.variable not in known:
                yield Misfit(
                    step_place(*spot, *use.key),
                    f"the variable {use.variable}, which is not set on every way here",
                    "a step before that sets it",
                )
