"""Voice menus: data that says what is played and what each key does, and one caller's walk (R-236, P-20..P-22).

    root = "root"            the first node
    repeats = 3              plays without a valid key, then `exhausted`
    max_plays = 40           plays in one walk, then `exhausted`, even for a caller who always presses valid keys
    silence_s = 5.0          how long to wait for a key
    invalid = "invalid-key"  said before the node again after a key that means nothing
    silence = "no-key"       said before the node again after silence; may be left out
    exhausted = "human"      or "goodbye"

    [nodes.root]
    prompts = ["welcome", "main-menu"]    on entry
    again = ["main-menu"]                 when the node is played again; left out: the same as prompts
    keys = { 1 = "consult", 2 = "bill-query" }

A key leads to a node or to an action. `0` is the human and `*` goes up one level, to the node the caller came from,
unless a node says otherwise; at the root there is nothing above and `*` plays it again.
"""

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kmcc.switch.errors import SwitchError
from kmcc.switch.journal import Field as JournalField

DTMF_KEYS: Final = "0123456789*#ABCD"
UP_KEY: Final = "*"
HUMAN_KEY: Final = "0"


class MenuError(SwitchError):
    """A menu that cannot be used: file, node, key and what is expected there."""

    def __init__(self, source: str, expected: str, *, node: str | None = None, key: str | None = None) -> None:
        where = [source]
        where += [f"node {node!r}"] if node is not None else []
        where += [f"key {key!r}"] if key is not None else []
        super().__init__(f"{', '.join(where)}: expected {expected}")


class Action(Enum):
    """What a menu can end in; the flow does it. REPEAT alone stays in the menu."""

    BILL_QUERY = "bill-query"
    HUMAN = "human"
    LANGUAGE = "language"
    REPEAT = "repeat"
    GOODBYE = "goodbye"


Target = Action | str
"""A `str` is the id of a node."""


@dataclass(frozen=True, slots=True)
class Node:
    """One level of the menu; `keys` has the defaults in it."""

    id: str
    prompts: tuple[str, ...]
    again: tuple[str, ...]
    keys: Mapping[str, Target]


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu that was checked: every target, prompt and node is there."""

    root: Node
    nodes: Mapping[str, Node]
    repeats: int
    max_plays: int
    silence_s: float
    invalid: str
    silence: str | None
    exhausted: Action


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """Where a walk ended. `key` None = the caller chose nothing; `path` = the nodes from the root down."""

    action: Action
    key: str | None
    path: tuple[str, ...]


class MenuCall(Protocol):
    """What a walk needs of the call."""

    async def collect(self, names: tuple[str, ...], *, digits: int, timeout_s: float) -> str:
        """Play, stop at the first key, return the keys; "" on silence."""
        ...

    def note(self, kind: str, **fields: JournalField) -> None: ...


# --- reading -------------------------------------------------------------------------------------------------------

_Name = Annotated[str, Field(min_length=1)]


class _NodeRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    prompts: Annotated[list[_Name], Field(min_length=1)]
    again: Annotated[list[_Name], Field(min_length=1)] | None = None
    keys: dict[str, _Name] = {}


class _MenuRows(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    root: _Name = "root"
    repeats: Annotated[int, Field(ge=1, le=9)] = 3
    max_plays: Annotated[int, Field(ge=1, le=1000)] = 40
    silence_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    invalid: _Name = "invalid-key"
    silence: _Name | None = None
    exhausted: Literal["human", "goodbye"] = "human"
    nodes: dict[_Name, _NodeRow] = {}


def parse_menu(text: str, source: str, prompt_names: Container[str]) -> Menu:
    """Read a menu; MenuError for the first thing that a caller would stumble over."""
    rows = _rows(text, source)
    for name in (rows.invalid, *([rows.silence] if rows.silence else [])):
        _check_prompt(name, source, None, prompt_names)
    nodes = {id_: _node(id_, rows, source, prompt_names) for id_ in rows.nodes}
    if rows.root not in nodes:
        raise MenuError(source, f"a node {rows.root!r}, the root")
    _check_reachable(nodes, rows.root, source)
    return Menu(
        root=nodes[rows.root],
        nodes=MappingProxyType(nodes),
        repeats=rows.repeats,
        max_plays=rows.max_plays,
        silence_s=rows.silence_s,
        invalid=rows.invalid,
        silence=rows.silence,
        exhausted=Action(rows.exhausted),
    )


def _rows(text: str, source: str) -> _MenuRows:
    try:
        return _MenuRows.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MenuError(source, f"TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"]]
        node = place[1] if place[0] == "nodes" and len(place) > 1 else None
        raise MenuError(source, f"{'.'.join(place)}: {first['msg']}", node=node) from None


def _node(id_: str, rows: _MenuRows, source: str, prompt_names: Container[str]) -> Node:
    row = rows.nodes[id_]
    if id_ in [action.value for action in Action]:
        raise MenuError(source, "a name that is no action's", node=id_)
    again = row.prompts if row.again is None else row.again
    for name in (*row.prompts, *again):
        _check_prompt(name, source, id_, prompt_names)
    keys: dict[str, Target] = {HUMAN_KEY: Action.HUMAN}
    for key, name in row.keys.items():
        if len(key) != 1 or key not in DTMF_KEYS:
            raise MenuError(source, f"one of the keys {' '.join(DTMF_KEYS)}", node=id_, key=key)
        keys[key] = _target(name, rows, source, id_, key)
    return Node(id_, tuple(row.prompts), tuple(again), MappingProxyType(keys))


def _target(name: str, rows: _MenuRows, source: str, node: str, key: str) -> Target:
    if name in rows.nodes:
        return name
    try:
        return Action(name)
    except ValueError:
        actions = ", ".join(action.value for action in Action)
        raise MenuError(source, f"a node or an action ({actions}), not {name!r}", node=node, key=key) from None


def _check_prompt(name: str, source: str, node: str | None, prompt_names: Container[str]) -> None:
    if name not in prompt_names:
        raise MenuError(source, f"a prompt of the catalogue, not {name!r}", node=node)


def _check_reachable(nodes: Mapping[str, Node], root: str, source: str) -> None:
    reached = [root]
    for id_ in reached:  # grows while it is walked
        reached += [target for target in nodes[id_].keys.values() if isinstance(target, str) and target not in reached]
    for id_ in nodes:
        if id_ not in reached:
            raise MenuError(source, "a key of some node above that leads here", node=id_)


# --- walking -------------------------------------------------------------------------------------------------------


async def walk(menu: Menu, call: MenuCall) -> MenuChoice:
    """Take one caller through the menu to an action."""
    position = _Position(menu, call)
    while True:
        key = await call.collect(position.names(), digits=1, timeout_s=menu.silence_s)
        choice = position.press(key)
        if choice is not None:
            call.note("ivr.choice", action=choice.action.value, key=choice.key, node=choice.path[-1])
            return choice


class _Position:
    """Where the caller is, and how patient we still are."""

    def __init__(self, menu: Menu, call: MenuCall) -> None:
        self._menu = menu
        self._call = call
        self._path: list[Node] = []
        self._plays = 0
        self._misses = 0
        self._next: tuple[str, ...] = ()
        self._enter(menu.root)

    def names(self) -> tuple[str, ...]:
        """What to play now."""
        self._plays += 1
        return self._next

    def press(self, key: str) -> MenuChoice | None:
        """`key` "" = silence."""
        target = self._path[-1].keys.get(key)
        if target is None and key != UP_KEY:
            self._miss(key)
        elif isinstance(target, Action) and target is not Action.REPEAT:
            return self._choice(target, key)
        else:
            self._misses = 0
            self._move(target)
        if self._misses == self._menu.repeats or self._plays >= self._menu.max_plays:
            return self._choice(self._menu.exhausted, None)
        return None

    def _move(self, target: Target | None) -> None:
        """To a node below, or (None) to the node above; REPEAT stays."""
        if isinstance(target, str):
            self._enter(self._menu.nodes[target])
        elif target is None and len(self._path) > 1:
            del self._path[-1]
            self._arrive(self._path[-1].again)
        else:
            self._next = self._path[-1].again

    def _enter(self, node: Node) -> None:
        self._path.append(node)
        self._arrive(node.prompts)

    def _arrive(self, names: tuple[str, ...]) -> None:
        self._next = names
        self._call.note("ivr.node", node=self._path[-1].id)

    def _miss(self, key: str) -> None:
        self._misses += 1
        first: tuple[str, ...]
        if key:
            self._call.note("ivr.invalid", node=self._path[-1].id, key=key)
            first = (self._menu.invalid,)
        else:
            self._call.note("ivr.silence", node=self._path[-1].id)
            first = (self._menu.silence,) if self._menu.silence else ()
        self._next = (*first, *self._path[-1].again)

    def _choice(self, action: Action, key: str | None) -> MenuChoice:
        return MenuChoice(action, key, tuple(node.id for node in self._path))
