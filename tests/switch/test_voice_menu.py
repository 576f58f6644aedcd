"""Voice menus: the menu that ships, walked key by key; refused menus as a table; made-up menus that never hang."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.journal import Field
from kmcc.switch.voice_menu import Action, Menu, MenuChoice, MenuError, parse_menu, walk

PROMPTS = packaged_catalogue().prompts
DESK = parse_menu(resources.files("kmcc.centre").joinpath("menu.toml").read_text("utf-8"), "menu.toml", PROMPTS)

ROOT, ROOT_AGAIN = ("welcome", "main-menu"), ("main-menu",)
CONSULT = ("consult", "consult-menu")


@dataclass(slots=True)
class Caller:
    """A call whose far end presses these keys ("" = nothing), then nothing for ever."""

    keys: list[str]
    heard: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[tuple[str, dict[str, Field]]] = field(default_factory=list)
    waits: set[tuple[int, float]] = field(default_factory=set)

    async def collect(self, names: tuple[str, ...], *, digits: int, timeout_s: float) -> str:
        self.heard.append(names)
        self.waits.add((digits, timeout_s))
        return self.keys.pop(0) if self.keys else ""

    def note(self, kind: str, **fields: Field) -> None:
        self.notes.append((kind, fields))

    def nodes(self) -> list[Field]:
        return [fields["node"] for kind, fields in self.notes if kind == "ivr.node"]


def walked(keys: Iterable[str], menu: Menu = DESK) -> tuple[MenuChoice, Caller]:
    caller = Caller(list(keys))
    return asyncio.run(walk(menu, caller)), caller


# --- the desk's menu -----------------------------------------------------------------------------------------------

PATHS = [
    (["2"], MenuChoice(Action.BILL_QUERY, "2", ("root",)), [ROOT]),
    (["3"], MenuChoice(Action.HUMAN, "3", ("root",)), [ROOT]),
    (["0"], MenuChoice(Action.HUMAN, "0", ("root",)), [ROOT]),
    (["9"], MenuChoice(Action.LANGUAGE, "9", ("root",)), [ROOT]),
    (["1", "0"], MenuChoice(Action.HUMAN, "0", ("root", "consult")), [ROOT, CONSULT]),
    (["1", "1", "0"], MenuChoice(Action.HUMAN, "0", ("root", "consult")), [ROOT, CONSULT, CONSULT]),
    (["1", "*", "2"], MenuChoice(Action.BILL_QUERY, "2", ("root",)), [ROOT, CONSULT, ROOT_AGAIN]),
    (["1", "*", "0"], MenuChoice(Action.HUMAN, "0", ("root",)), [ROOT, CONSULT, ROOT_AGAIN]),  # *0, P-20
    (["*", "2"], MenuChoice(Action.BILL_QUERY, "2", ("root",)), [ROOT, ROOT_AGAIN]),
    (["7", "2"], MenuChoice(Action.BILL_QUERY, "2", ("root",)), [ROOT, ("invalid-key", "main-menu")]),
    (["", "2"], MenuChoice(Action.BILL_QUERY, "2", ("root",)), [ROOT, ("no-key", "main-menu")]),
    (
        ["1", "#", "*", "2"],
        MenuChoice(Action.BILL_QUERY, "2", ("root",)),
        [ROOT, CONSULT, ("invalid-key", *CONSULT), ROOT_AGAIN],
    ),
]


@pytest.mark.parametrize(("keys", "choice", "heard"), PATHS)
def test_the_desk(keys: list[str], choice: MenuChoice, heard: list[tuple[str, ...]]) -> None:
    reached, caller = walked(keys)
    assert reached == choice
    assert caller.heard == heard
    assert caller.keys == []
    assert caller.waits == {(1, 5.0)}


@pytest.mark.parametrize("keys", [[], ["", "8", ""], ["5", "5", "5"]])
def test_three_plays_without_a_key_end_at_the_human(keys: list[str]) -> None:
    choice, caller = walked(keys)
    assert choice == MenuChoice(Action.HUMAN, None, ("root",))
    assert len(caller.heard) == 3


def test_a_valid_key_renews_patience() -> None:
    choice, caller = walked(["", "", "1", "", "", "*", "", "", "2"])
    assert choice.action is Action.BILL_QUERY
    assert len(caller.heard) == 9


def test_every_node_reached_is_noted() -> None:
    choice, caller = walked(["1", "x", "*", "", "2"])
    assert choice.action is Action.BILL_QUERY
    assert caller.nodes() == ["root", "consult", "root"]
    assert caller.notes == [
        ("ivr.node", {"node": "root"}),
        ("ivr.node", {"node": "consult"}),
        ("ivr.invalid", {"node": "consult", "key": "x"}),
        ("ivr.node", {"node": "root"}),
        ("ivr.silence", {"node": "root"}),
        ("ivr.choice", {"node": "root", "action": "bill-query", "key": "2"}),
    ]


def test_a_call_that_ends_ends_the_walk() -> None:
    class HangsUp(Caller):
        async def collect(self, names: tuple[str, ...], *, digits: int, timeout_s: float) -> str:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        asyncio.run(walk(DESK, HangsUp([])))


def test_every_node_of_the_desk_is_reached_by_keys() -> None:
    """R-253: lands on the node."""
    for keys, node in ((["0"], "root"), (["1", "0"], "consult")):
        assert walked(keys)[1].nodes()[-1] == node
    assert set(DESK.nodes) == {"root", "consult"}


# --- other menus ---------------------------------------------------------------------------------------------------


def test_three_levels_and_own_meanings_of_zero_and_star() -> None:
    menu = parse_menu(
        """
        exhausted = "goodbye"
        silence_s = 2
        repeats = 1
        nodes.root = { prompts = ["welcome"], keys = { 1 = "a", "*" = "goodbye" } }
        nodes.a = { prompts = ["consult"], again = ["press-1-again"], keys = { 1 = "b", 0 = "bill-query" } }
        nodes.b = { prompts = ["all-busy"], keys = { D = "repeat" } }
        """,
        "m.toml",
        PROMPTS,
    )
    assert walked(["1", "1", "*", "*", "*"], menu)[0] == MenuChoice(Action.GOODBYE, "*", ("root",))
    assert walked(["1", "1", "*", "*", "*"], menu)[1].heard[2:] == [("all-busy",), ("press-1-again",), ("welcome",)]
    assert walked(["1", "0"], menu)[0].action is Action.BILL_QUERY
    assert walked(["1", "1", "D", ""], menu)[0] == MenuChoice(Action.GOODBYE, None, ("root", "a", "b"))


def test_a_caller_who_presses_for_ever_is_ended() -> None:
    choice, caller = walked(["1", "*"] * 100)
    assert choice == MenuChoice(Action.HUMAN, None, ("root",))
    assert len(caller.heard) == 40
    choice, caller = walked(["1"] * 100)  # "1" at the node consult = repeat
    assert choice.action is Action.HUMAN
    assert len(caller.heard) == 40


NODE = '[nodes.root]\nprompts = ["welcome"]\n'

FAULTS = [
    ("root = ", "m.toml: expected TOML"),
    ("", "m.toml: expected a node 'root', the root"),
    ('root = "top"\n' + NODE, "m.toml: expected a node 'top', the root"),
    ("[nodes.root]\nprompts = []\n", r"m.toml, node 'root': expected nodes\.root\.prompts"),
    ("[nodes.root]\n", r"m.toml, node 'root': expected nodes\.root\.prompts: Field required"),
    ('[nodes.root]\nprompts = ["no-such"]\n', "m.toml, node 'root': expected a prompt of the catalogue, not 'no-such'"),
    (NODE + 'again = ["no-such"]\n', "m.toml, node 'root': expected a prompt of the catalogue, not 'no-such'"),
    (NODE + "colour = 3\n", r"m.toml, node 'root': expected nodes\.root\.colour"),
    (NODE + 'keys = { 10 = "human" }\n', "m.toml, node 'root', key '10': expected one of the keys 0 1 2"),
    (NODE + 'keys = { x = "human" }\n', "m.toml, node 'root', key 'x': expected one of the keys"),
    (NODE + 'keys = { "" = "human" }\n', "m.toml, node 'root', key '': expected one of the keys"),
    (NODE + 'keys = { 1 = "humans" }\n', "key '1': expected a node or an action .*, not 'humans'"),
    (NODE + '[nodes.far]\nprompts = ["consult"]\n', "m.toml, node 'far': expected a key of some node above"),
    (
        NODE + '[nodes.a]\nprompts = ["consult"]\nkeys = { 1 = "b" }\n[nodes.b]\nprompts = ["consult"]\n'
        'keys = { 1 = "a" }\n',
        "m.toml, node 'a': expected a key",
    ),
    (NODE + '[nodes.human]\nprompts = ["consult"]\n', "node 'human': expected a name that is no action's"),
    ('invalid = "oops"\n' + NODE, "m.toml: expected a prompt of the catalogue, not 'oops'"),
    ('silence = "oops"\n' + NODE, "m.toml: expected a prompt of the catalogue, not 'oops'"),
    ("repeats = 0\n" + NODE, "m.toml: expected repeats"),
    ("silence_s = 0\n" + NODE, "m.toml: expected silence_s"),
    ('exhausted = "repeat"\n' + NODE, "m.toml: expected exhausted"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_faults_name_file_node_and_key(text: str, message: str) -> None:
    with pytest.raises(MenuError, match=message):
        parse_menu(text, "m.toml", PROMPTS)


# --- any menu ------------------------------------------------------------------------------------------------------

ACTIONS = [action.value for action in Action]


@st.composite
def menus(draw: st.DrawFn) -> Menu:
    """Random graphs: loops, dead ends, chains; node n + 1 is always reached from node n."""
    ids = [f"n{n}" for n in range(draw(st.integers(1, 5)))]
    lines = [
        'root = "n0"',
        f"repeats = {draw(st.integers(1, 4))}",
        f"max_plays = {draw(st.integers(1, 30))}",
        f'exhausted = "{draw(st.sampled_from(["human", "goodbye"]))}"',
    ]
    for place, id_ in enumerate(ids):
        keys = draw(st.dictionaries(st.sampled_from("0123456789*#"), st.sampled_from([*ids, *ACTIONS]), max_size=5))
        if place + 1 < len(ids):
            keys["5"] = ids[place + 1]
        rows = ", ".join(f'"{key}" = "{target}"' for key, target in keys.items())
        lines += [f"[nodes.{id_}]", 'prompts = ["welcome"]', f"keys = {{ {rows} }}"]
    return parse_menu("\n".join(lines), "random.toml", PROMPTS)


@given(menus(), st.lists(st.sampled_from([*"0123456789*#", ""]), max_size=80))
def test_every_walk_ends_and_within_its_plays(menu: Menu, keys: list[str]) -> None:
    choice, caller = walked(keys, menu)
    assert 1 <= len(caller.heard) <= menu.max_plays
    assert choice.action is not Action.REPEAT
    assert choice.path[0] == "n0"
    assert caller.nodes()[-1] == choice.path[-1]


@given(menus())
def test_silence_ends_after_the_repeats(menu: Menu) -> None:
    choice, caller = walked([], menu)
    assert len(caller.heard) == min(menu.repeats, menu.max_plays)
    assert choice == MenuChoice(menu.exhausted, None, ("n0",))


@given(menus(), st.lists(st.sampled_from([*"0123456789*#", ""]), max_size=80))
def test_each_step_is_a_key_down_or_the_way_back_up(menu: Menu, keys: list[str]) -> None:
    choice, caller = walked(keys, menu)
    for before, after in pairwise(str(node) for node in caller.nodes()):
        assert after in menu.nodes[before].keys.values() or before in menu.nodes[after].keys.values()
    if choice.key is None:
        assert choice.action is menu.exhausted
    else:
        assert menu.nodes[choice.path[-1]].keys[choice.key] is choice.action
