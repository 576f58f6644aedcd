"""The tree of a book: each node once, under the first that leads to it; whatever else leads there is a reference."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kmcc.switch.announce import Language
from kmcc.switch.circuit import Cause
from kmcc.switch.voice import step as st
from kmcc.switch.voice.graph import edges

EVERYWHERE: Final = "*"
"""In place of an entry: what the keys and settings of the whole book lead to."""
OFTEN: Final = 4
"""What so many nodes lead to of themselves belongs to none of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a node leads on: by these keys, or by what happens (`full`, `unchanged`); by nothing = of itself."""

    by: tuple[str, ...]
    is_key: bool
    target: st.Target


@dataclass(slots=True)
class Branch:
    """A node in its place. `ways` are all that lead on; those in `children` have their node below."""

    node: st.Node
    ways: tuple[Way, ...]
    children: list[tuple[Way, "Branch"]] = field(default_factory=list)

    @property
    def references(self) -> tuple[Way, ...]:
        below = [way for way, _ in self.children]
        return tuple(way for way in self.ways if way not in below)


def trees(book: st.FlowBook) -> dict[str, Branch]:
    """One tree an entry, in the order of the file; and what is reached from everywhere, one tree a node."""
    placed: set[str] = set()
    found: dict[str, Branch] = {}
    for entry, target in book.entries.items():
        if target not in placed:
            found[entry] = _grow(book, target, placed)
    for target in (*book.common.values(), book.settings.exhausted, book.settings.fault, *book.nodes):
        if target in book.nodes and target not in placed:
            found[f"{EVERYWHERE}{target}"] = _grow(book, target, placed)
    return found


def _grow(book: st.FlowBook, root: str, placed: set[str]) -> Branch:
    """Nearest first, so that a menu's own entries stand under it."""
    placed.add(root)
    tree, shared = _branch(book, root), _shared(book)
    rest = deque([tree])
    while rest:
        branch = rest.popleft()
        for way in branch.ways:
            if way.target in book.nodes and way.target not in placed and way.target not in shared:
                placed.add(way.target)
                child = _branch(book, way.target)
                branch.children.append((way, child))
                rest.append(child)
    return tree


def _shared(book: st.FlowBook) -> set[str]:
    """Nodes that belong to no menu: they have a place of their own."""
    led_to = Counter(
        target
        for node in book.nodes.values()
        for target in {edge.target for step in node.steps for edge in edges(step, book) if edge.key[:1] != ("keys",)}
    )
    often = {target for target, count in led_to.items() if count >= OFTEN}
    return often | {*book.common.values(), book.settings.exhausted, book.settings.fault}


def _branch(book: st.FlowBook, node: str) -> Branch:
    found: dict[tuple[bool, st.Target], list[str]] = {}
    for step in book.nodes[node].steps:
        for by, is_key, target in _ways(step, book):
            found.setdefault((is_key, target), []).append(by)
    ways = [Way(tuple(sorted({*by} - {""}, key=_order)), is_key, to) for (is_key, to), by in found.items()]
    ways.sort(key=lambda way: (not way.is_key, [_order(key) for key in way.by] if way.is_key else []))
    return Branch(book.nodes[node], tuple(ways))


def _order(key: str) -> tuple[int, str]:
    """1 to 9 as they are told, then 0, then what begins with a star."""
    return (len(key) + 2 * (key[:1] in "0*#"), key)


def _ways(step: st.Step, book: st.FlowBook) -> Iterator[tuple[str, bool, st.Target]]:
    """Without what is the same for all nodes."""
    everywhere = {book.settings.exhausted, book.settings.fault}
    for edge in edges(step, book):
        match edge.key:
            case ("keys", key):
                if book.common.get(key) != edge.target:
                    yield key, True, edge.target
            case ("goto",):
                yield "", False, edge.target
            case ():
                continue
            case _ if edge.key == ("exhausted",) and edge.target in everywhere:
                continue
            case key:
                yield key[-1], False, edge.target


def as_data(found: Mapping[str, Branch]) -> dict[str, object]:
    """For a script."""
    return {entry: _data(branch) for entry, branch in found.items()}


def _data(branch: Branch) -> dict[str, object]:
    return {
        "node": branch.node.id,
        "title": {language.value: branch.node.title[language] for language in Language},
        "steps": [words(step) for step in branch.node.steps],
        "ways": [{"by": list(way.by), "key": way.is_key, "to": way.target} for way in branch.references],
        "below": [{"by": list(way.by), "key": way.is_key, **_data(child)} for way, child in branch.children],
    }


def words(step: st.Step) -> str:
    """A step in a few words: its verb as the file has it, and its object."""
    verb, name = VERBS[type(step)]
    what = getattr(step, name)
    match what:
        case tuple():
            return f"{verb} {' '.join(part if isinstance(part, str) else f'{{{part.variable}}}' for part in what)}"
        case Language():
            return f"{verb} {what.value}"
        case Cause():
            return f"{verb} {what.words}"
        case None:
            return f"{verb} {'other' if isinstance(step, st.SetLanguage) else 'any'}"
    return f"{verb} {what}"


VERBS: Final[Mapping[type[st.Step], tuple[str, str]]] = {
    st.Play: ("play", "parts"),
    st.Menu: ("menu", "parts"),
    st.Collect: ("collect", "into"),
    st.Branch: ("branch", "on"),
    st.Query: ("query", "function"),
    st.Authenticate: ("authenticate", "check"),
    st.SetLanguage: ("language", "language"),
    st.HangUp: ("hang_up", "cause"),
    st.GoTo: ("goto", "target"),
    st.Transfer: ("transfer", "service"),
    st.Fax: ("fax", "document"),
    st.Record: ("record", "topic"),
    st.CallBack: ("callback", "service"),
}
"""Each verb, and the field of its object."""
