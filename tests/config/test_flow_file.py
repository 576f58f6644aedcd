"""What is wrong with a file of flows is told with its line, its place, what stands there and what is expected."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.switch.voice_book import END, FUNCTIONS, HEAD, WORLD, book_of, node, text_of

from kmcc.centre.services import flow_world
from kmcc.config.errors import ConfigError
from kmcc.config.flow_file import load_flows
from kmcc.daemon.flow_shelf import packaged_flows
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.voice.check import World

FIRST = HEAD.count("\n") + 3  # the line of the title of the first node
STEP = FIRST + 2


def faults(folder: Path, text: str, world: World = WORLD) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        book_of(folder, text, world)
    return [line.removeprefix(f"{folder}/flows.toml:") for line in str(caught.value).splitlines()]


def root(*steps: str) -> str:
    return text_of(node("root", *steps))


MENU = 'menu = ["main-menu"], keys = { 1 = "again" }'
BALANCE = 'query = "balance", given = { number = "called" }'
OFFICE = '[calendars.office]\nhours = [{ days = ["fri"], start = "08:00", end = "17:00" }]\n'
NUMBER = 'collect = "n", prompts = ["hello"], most = 4, nothing = "end"'
WHO = 'authenticate = "identity", password = ["hello"], refused = "end"'

ONE_FAULT = {
    # what a step is
    "no verb": (root("after_s = 1", MENU), f"{STEP}: nodes.root.steps[0]: found no verb; expected one of play, say, "),
    "two verbs": (
        root('play = ["hello"], goto = "end"'),
        f"{STEP}: nodes.root.steps[0]: found play and goto; expected ",
    ),
    "a key of another verb": (
        root('play = ["hello"], tries = 2', MENU),
        f"{STEP}: nodes.root.steps[0].tries: found tries; expected beside play: nothing",
    ),
    "a key that is missing": (
        root('menu = ["main-menu"]'),
        f"{STEP}: nodes.root.steps[0]: found menu without keys; expected keys, too",
    ),
    "an unknown key": (
        root(MENU + ', agian = ["hello"]'),
        f"{STEP}: nodes.root.steps[0].agian: found an unknown key; expected again?",
    ),
    "a wrong type": (root('play = "hello"', MENU), f'{STEP}: nodes.root.steps[0].play: found "hello"; expected a list'),
    "no key of a telephone": (
        root('menu = ["main-menu"], keys = { x = "end" }'),
        f'{STEP}: nodes.root.steps[0].keys.x: found "x"; expected one key or two of 0-9 * # A-D',
    ),
    "too short and too long": (
        root('collect = "n", prompts = ["enter-number"], least = 5, most = 4, nothing = "end"', MENU),
        f"{STEP}: nodes.root.steps[0].least: found 5; expected 4 or less, as most says",
    ),
    "account twice": (
        root(f'{WHO}, account = ["hello"], known = "called"', MENU),
        f"{STEP}: nodes.root.steps[0]: found authenticate; expected account (prompts) or known (a variable), one",
    ),
    "no language of a title": (
        text_of(node("root", MENU)).replace('{ zh = "root", en = "root" }', '{ zh = "root" }'),
        f"{FIRST}: nodes.root.title.en: found nothing; expected this key",
    ),
    "a node named as a word": (
        text_of(node("root", 'menu = ["main-menu"], keys = { 1 = "up" }'), node("up", MENU)),
        f'{FIRST + 5}: nodes.up: found "up"; expected a name that means nothing else',
    ),
    # targets
    "a lost target": (
        root('menu = ["main-menu"], keys = { 1 = "nowhere" }'),
        f'{STEP}: nodes.root.steps[0].keys.1: found "nowhere"; expected a node, up or again',
    ),
    "a lost exit": (
        root('transfer = "any", full = "nowhere"', MENU),
        f'{STEP}: nodes.root.steps[0].full: found "nowhere"; expected a node',
    ),
    "up without a caller": (root('goto = "up"'), f'{STEP}: nodes.root.steps[0].goto: found "up"; expected a node'),
    "a lost entry": (
        text_of(node("root", MENU)).replace('centre = "root"', 'centre = "root"\nbill = "no"'),
        ' entries.bill: found "no"; expected a node',
    ),
    "a lost setting": (
        text_of(node("root", MENU)).replace('exhausted = "end"', 'exhausted = "no"'),
        ' settings.exhausted: found "no"; expected a node',
    ),
    "a lost common key": (
        text_of(node("root", MENU)).replace('0 = "end"', '0 = "no"'),
        ' keys.0: found "no"; expected a node, up or again',
    ),
    "a node nobody reaches": (
        text_of(node("root", MENU), node("island", MENU)),
        f"{FIRST + 5}: nodes.island: found a node that nothing leads to; expected a key or a step that leads here",
    ),
    "a node that ends in the air": (
        root('play = ["hello"]'),
        f"{STEP}: nodes.root.steps[0]: found the end of the node; expected a last step that leads on: menu, ",
    ),
    "a step behind the end": (
        root(MENU, 'play = ["hello"]'),
        f"{STEP + 1}: nodes.root.steps[1]: found a step never reached; expected nothing behind the step above",
    ),
    # ways round
    "a loop without a caller": (
        text_of(node("root", 'play = ["hello"]', 'goto = "round"'), node("round", 'play = ["hello"]', 'goto = "root"')),
        "found a way round that needs no caller: root -> round -> root; expected a way that ends for a caller who ",
    ),
    "a loop of silence": (
        root('menu = ["main-menu"], keys = { 1 = "end" }, exhausted = "root"'),
        f"{STEP}: nodes.root.steps[0]: found a way round that needs no caller: root -> root; expected ",
    ),
    "a loop of queries": (
        root(f'{BALANCE}, on = {{ unknown = "root" }}', MENU),
        f"{STEP}: nodes.root.steps[0]: found a way round that needs no caller: root -> root; expected ",
    ),
    # names
    "no such prompt": (
        root('play = ["helo"]', MENU),
        f'{STEP}: nodes.root.steps[0].play[0]: found "helo"; expected a prompt of the catalogue',
    ),
    "no such prompt in a menu": (
        root('menu = ["main-menu"], again = ["hello", "helo"], keys = { 1 = "end" }'),
        f'{STEP}: nodes.root.steps[0].again[1]: found "helo"; expected a prompt of the catalogue',
    ),
    "no such prompt in the settings": (
        text_of(node("root", MENU)).replace('"no-key"', '"no-kee"'),
        ' settings.silence: found "no-kee"; expected a prompt of the catalogue',
    ),
    "no such function": (
        root('query = "balanse"', MENU),
        f'{STEP}: nodes.root.steps[0].query: found "balanse"; expected one of balance, fill, keep, kind-of-line',
    ),
    "no such check": (
        root('authenticate = "voice", known = "called", password = ["hello"], refused = "end"', MENU),
        f'{STEP}: nodes.root.steps[0].authenticate: found "voice"; expected one of identity',
    ),
    "no such service": (
        root('transfer = "sales", full = "end"', MENU),
        f'{STEP}: nodes.root.steps[0].transfer: found "sales"; expected any, or a service: bill, fault',
    ),
    "an outcome without a way": (
        root(BALANCE, MENU),
        f"{STEP}: nodes.root.steps[0].on: found no way on for unknown; expected on = {{ unknown = a node }}",
    ),
    "an outcome of nobody": (
        root(f'{BALANCE}, on = {{ unknown = "end", dead = "end" }}', MENU),
        f"{STEP}: nodes.root.steps[0].on.dead: found dead; expected one of unknown",
    ),
    "an input that is missing": (
        root('query = "balance", on = { unknown = "end" }', MENU),
        f"{STEP}: nodes.root.steps[0].query: found balance without number; expected given = {{ number = a variable }}",
    ),
    "an output of nobody": (
        root(f'{BALANCE}, into = {{ debt = "debt" }}, on = {{ unknown = "end" }}', MENU),
        f"{STEP}: nodes.root.steps[0].into.debt: found debt; expected one of owed, since, story",
    ),
    # variables
    "nobody sets it": (
        root('play = ["{owed}"]', MENU),
        f"{STEP}: nodes.root.steps[0].play[0]: found the variable owed; expected one that a step sets",
    ),
    "used before it is set": (
        root('play = ["{n}"]', 'collect = "n", prompts = ["enter-number"], most = 4, nothing = "end"', MENU),
        f"{STEP}: nodes.root.steps[0].play[0]: found the variable n, which is not set on every way here",
    ),
    "set on one way only": (
        text_of(
            node("root", 'branch = "grade", cases = { vip = "both" }', NUMBER, 'goto = "both"'),
            node("both", 'play = ["{n}"]', MENU),
        ),
        f"{STEP + 8}: nodes.both.steps[0].play[0]: found the variable n, which is not set on every way here",
    ),
    "a number that is not always given": (
        root('play = ["{calling}"]', MENU),
        f"{STEP}: nodes.root.steps[0].play[0]: found the variable calling, which is not set on every way here",
    ),
    "a secret that is said": (
        root('collect = "pin", secret = true, prompts = ["hello"], most = 6, nothing = "end"', 'say = "pin"', MENU),
        f"{STEP + 1}: nodes.root.steps[1].play[0]: found pin: secret; expected a value that can be said",
    ),
    "a secret as a number": (
        root(
            'collect = "pin", secret = true, prompts = ["hello"], most = 6, nothing = "end"',
            BALANCE.replace("called", "pin") + ', on = { unknown = "end" }',
            MENU,
        ),
        f"{STEP + 1}: nodes.root.steps[1].given.number: found pin: secret; expected digits",
    ),
    "said as something else": (
        root('play = ["{called:amount}"]', MENU),
        f"{STEP}: nodes.root.steps[0].play[0]: found called: digits said as amount; expected a way to say it that fits",
    ),
    "no way to say anything": (
        root('play = ["{called:song}"]', MENU),
        f'{STEP}: nodes.root.steps[0].play[0]: found "{{called:song}}"; expected one of the kinds digits, number, ',
    ),
    "no variable": (
        root('play = ["{Called}"]', MENU),
        f'{STEP}: nodes.root.steps[0].play[0]: found "{{Called}}"; expected a prompt or {{variable}} or ',
    ),
    "a variable of two kinds": (
        root(NUMBER, f'{BALANCE}, into = {{ owed = "n" }}, on = {{ unknown = "end" }}', MENU),
        f"{STEP + 1}: nodes.root.steps[1]: found n: amount; expected digits, as another step sets it",
    ),
    "a name that is taken": (
        root('collect = "called", prompts = ["hello"], most = 6, nothing = "end"', MENU),
        f"{STEP}: nodes.root.steps[0]: found the variable called; expected a name of its own: called is always there",
    ),
    "a branch on digits": (
        root('branch = "called", cases = { 1 = "end" }', MENU),
        f'{STEP}: nodes.root.steps[0].branch: found "called"; expected a calendar, or a variable that is a word',
    ),
    "a case that cannot be": (
        root('branch = "grade", cases = { gold = "end" }', MENU),
        f'{STEP}: nodes.root.steps[0].cases.gold: found "gold"; expected one of ordinary, important, vip',
    ),
    # calendars
    "a day that is none": (
        text_of(node("root", MENU), head=HEAD + OFFICE.replace("fri", "fry")),
        ' calendars.office.hours[0].days[0]: found "fry"; expected "mon", "tue", ',
    ),
}


@pytest.mark.parametrize(("text", "expected"), ONE_FAULT.values(), ids=list(ONE_FAULT))
def test_one_fault_one_line(tmp_path: Path, text: str, expected: str) -> None:
    (line,) = faults(tmp_path, text)
    assert expected in line
    assert re.match(r"\d+: ", line)


def test_all_faults_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = text_of(
        node("root", 'play = ["helo"]', 'menu = ["main-menu"], keys = { 1 = "nowhere", 2 = "below" }'),
        node("below", 'query = "balanse"', 'say = "owed"', 'goto = "end"'),
    )
    lines = [int(line.partition(":")[0]) for line in faults(tmp_path, text)]
    assert lines == [STEP, STEP + 1, STEP + 7, STEP + 8]


def test_a_service_of_the_number_plan_without_an_entry(tmp_path: Path) -> None:
    world = World(WORLD.prompts, FUNCTIONS, WORLD.checks, WORLD.services, ("bill", "centre"))
    (line,) = faults(tmp_path, root(MENU), world)
    assert "entries: found no entry for bill; expected bill = a node: a number leads to it" in line


@pytest.mark.parametrize("text", ["", "x", "[settings]\n", HEAD, END, "\udcff"])
def test_what_is_no_file_of_flows(tmp_path: Path, text: str) -> None:
    (tmp_path / "flows.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError):
        load_flows(tmp_path / "flows.toml", WORLD)


PACKAGED = packaged_flows().read_text(encoding="utf-8").splitlines()
PACKAGED_WORLD = flow_world(packaged_catalogue().prompts.keys(), ("bill", "fault"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_with_lines_lost_doubled_or_mixed_up_is_read_or_refused_with_words(
    tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever a careless hand does to the packaged flows: a book or a ConfigError, and nothing else."""
    lines = list(PACKAGED)
    for _ in range(data.draw(st.integers(1, 4))):
        at, to = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["lost", "doubled", "moved", "cut"])):
            case "lost":
                del lines[at]
            case "doubled":
                lines.insert(to, lines[at])
            case "moved":
                lines[at], lines[to] = lines[to], lines[at]
            case "cut":
                lines[at] = lines[at][: len(lines[at]) // 2]
    file = tmp_path / "flows.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    try:
        load_flows(file, PACKAGED_WORLD)
    except ConfigError as error:
        told = str(error).splitlines()
    else:
        told = []
    assert all(line.startswith(str(file)) for line in told)
