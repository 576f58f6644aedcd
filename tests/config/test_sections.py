"""Every key's limits, as an operator meets them."""

from collections.abc import Callable
from typing import get_args

import pytest
from pydantic import ValidationError

from kmcc.centre.services import NUMBER_CHANGE, flow_world
from kmcc.config.flow_file import load_flows
from kmcc.config.sections import Service, Skill, Store, TrunkGroup
from kmcc.daemon.flow_shelf import packaged_flows
from kmcc.switch.announce import packaged_catalogue

Refuse = Callable[[str], list[str]]

GROUP = '[[trunk_groups]]\nname = "a"\nchannels = "1"\n'
NUMBER = '[[numbers]]\nprefix = "1000"\nmin_digits = 4\nmax_digits = 4\n'
SEAT = '[[seats]]\nid = "801"\nline = 0\n'

REFUSED = [
    ('[centre]\naccess_code = "10x0"', ":2: centre.access_code", '"10x0"', "1 to 24 digits in quotes"),
    ("[centre]\naccess_code = 1000", ":2: centre.access_code", "1000", "a text in quotes"),
    ("centre = 3", ":1: centre", "3", "a section with keys"),
    ("[[centre]]", ":1: centre", "a list", "a section with keys"),
    ('[http]\nhost = ""', ":2: http.host", '""', "a text of 1 to 200 characters"),
    ("[http]\nport = 65536", ":2: http.port", "65536", "65535 or less"),
    ("[http]\nport = true", ":2: http.port", "true", "a whole number"),
    ("[media]\ntick_ms = 4", ":2: media.tick_ms", "4", "2, 8 or 10"),
    ("[media]\npersist_ms = 20.0", ":2: media.persist_ms", "20.0", "a whole number"),
    ("boards = []", ":1: boards", "a list", "one or more"),
    ("[boards]", ":1: boards", "a table", "a list; for a section, [[double brackets]]"),
    ('[[boards]]\nurl = "kunming"', ":2: boards[0].url", '"kunming"', 'a board URL, such as "sim://kunming?seed=1"'),
    (
        '[[trunk_groups]]\nname = "a"\nchannels = "1-31"',
        ":3: trunk_groups[0].channels",
        '"1-31"',
        'channels 1 to 30 of a span, such as "1-15" or "1-10,12"',
    ),
    ('[[trunk_groups]]\nname = "a"', ":1: trunk_groups[0].channels", "nothing", "this key"),
    (
        GROUP + 'search = "random"',
        ":4: trunk_groups[0].search",
        '"random"',
        '"lowest", "highest", "cyclic" or "longest_idle"',
    ),
    (NUMBER, ":1: numbers[0]", "a table", "service, route (a trunk group) or both"),
    (
        NUMBER + 'service = "centre"\nroute = "kunming-out"\ntransit = "end_to_end"',
        ":1: numbers[0]",
        "a table",
        'a route and no service, for transit is "end_to_end"',
    ),
    (
        NUMBER + 'service = "centre"\ncontrol = "caller"',
        ":6: numbers[0].control",
        '"caller"',
        '"none", "calling" or "called"',
    ),
    (NUMBER + 'service = "centre"\nani_after_digits = 25', ":6: numbers[0].ani_after_digits", "25", "24 or less"),
    (
        '[[numbers]]\nprefix = "1000"\nmin_digits = 3\nmax_digits = 3\nservice = "centre"',
        ":1: numbers[0]",
        "a table",
        "length of prefix <= min_digits <= max_digits",
    ),
    (
        NUMBER + 'service = "bil"',
        ":5: numbers[0].service",
        '"bil"',
        '"centre", "directory", "fault", "bill", "complaint", "acceptance", "information", "toll" or "number-change"',
    ),
    (SEAT + "skills = {}", ":4: seats[0].skills", "a table", "one or more"),
    (SEAT + "skills = { bill = 10 }", ":4: seats[0].skills.bill", "10", "9 or less"),
    (SEAT + "skills = { bill = 1 }\nlanguages = []", ":5: seats[0].languages", "a list", "one or more"),
    ("[queue]\nmax_length = -1", ":2: queue.max_length", "-1", "0 or more"),
    ("[reminders]\nenabled = 1", ":2: reminders.enabled", "1", "true or false"),
    ('[reminders]\nwindow_start = "9:00"', ":2: reminders.window_start", '"9:00"', 'a time of day, such as "09:00"'),
    ('[store]\nrecordings = "\\n"', ":2: store.recordings", '"\\n"', "a text of 1 to 200 characters"),
]


@pytest.mark.parametrize(("text", "place", "found", "expected"), REFUSED)
def test_refused(refused: Refuse, text: str, place: str, found: str, expected: str) -> None:
    assert refused(text) == [f"{place}: found {found}; expected {expected}"]


def test_an_unknown_service_of_a_seat(refused: Refuse) -> None:
    (words,) = refused(SEAT + "skills = { bill = 1, bil = 2 }")
    assert words.startswith(':4: seats[0].skills.bil: found "bil"; expected "centre", ')


def test_a_service_that_can_be_configured_is_served() -> None:
    world = flow_world(packaged_catalogue().prompts.keys(), get_args(Skill))
    assert {*load_flows(packaged_flows(), world).entries, NUMBER_CHANGE} == set(get_args(Service))


def test_a_section_does_not_change() -> None:
    group = TrunkGroup(name="a", channels=(1, 2))
    with pytest.raises(ValidationError, match="frozen"):
        group.name = "b"


def test_the_password_joins_the_url_and_is_not_shown() -> None:
    store = Store.model_validate({"url": "postgresql+psycopg://kmcc@db/kmcc", "password": "geheim"})
    assert store.address().password == "geheim"
    assert "geheim" not in repr(store) + str(store) + str(store.address()) + store.model_dump_json()


def test_without_password_the_url_is_as_written() -> None:
    assert str(Store().address()) == "sqlite:///kmcc.db"
