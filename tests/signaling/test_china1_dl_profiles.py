"""The profiles that come with us, and a group's rows over one of them; what is missing is named."""

from typing import Any

import pytest

from kmcc.signaling.china1.codes import TIMERS, Backward, Control, Forward
from kmcc.signaling.china1.dl_profiles import dl_profiles, profile_of
from kmcc.signaling.china1.line_checks import wrong_two_way
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.effects import ProfileError

SHIPPED = {
    "local": (Control.NONE, 3, False),
    "toll_auto": (Control.CALLING, 2, False),
    "toll_semi": (Control.CALLING, 1, True),
    "special_called_control": (Control.CALLED, 3, True),
}


def whole() -> dict[str, Any]:
    """A profile that stands by itself: the default, written out."""
    return {
        "base": "none",
        "name": "whole",
        "forward": {state.value: code for state, code in LOCAL.forward.items()},
        "backward": {state.value: code for state, code in LOCAL.backward.items()},
        "timers": {row.name: row.ms for row in LOCAL.timers},
    }


def test_those_that_come_with_us() -> None:
    found = {name: (p.line.control, p.kd, p.line.operator_signals) for name, p in dl_profiles().items()}
    assert found == SHIPPED
    assert all(wrong_two_way(profile) == [] for profile in dl_profiles().values())


def test_without_a_base_it_is_local() -> None:
    assert profile_of({}) == LOCAL


def test_rows_over_a_base() -> None:
    profile = profile_of(
        {"base": "toll_semi", "name": "kunming", "line": {"metering": True}, "timers": {"reanswer": 60_000}}
    )
    assert profile.name == "kunming"
    assert profile.kd == 1
    rules = LineRules(Control.CALLING, operator_signals=True, forced_release=True, repeated_clear=True, metering=True)
    assert profile.line == rules
    assert profile.ms("reanswer") == 60_000


def test_one_that_stands_by_itself() -> None:
    profile = profile_of(whole())
    assert (profile.forward, profile.backward, profile.timers) == (LOCAL.forward, LOCAL.backward, LOCAL.timers)


ROWS = [
    *(("forward", state.value) for state in Forward),
    *(("backward", state.value) for state in Backward),
    *(("timers", timer.name) for timer in TIMERS),
]


@pytest.mark.parametrize(("section", "row"), ROWS)
def test_a_missing_row_is_named(section: str, row: str) -> None:
    data = whole()
    del data[section][row]
    with pytest.raises(ProfileError, match=rf"{section}\.{row} is missing"):
        profile_of(data)


@pytest.mark.parametrize("section", ["forward", "backward", "timers"])
def test_a_missing_table_is_named(section: str) -> None:
    data = whole()
    del data[section]
    with pytest.raises(ProfileError, match=rf"{section}\.\w+ is missing"):
        profile_of(data)


@pytest.mark.parametrize("timer", [row.name for row in TIMERS])
def test_a_zero_timer_is_named(timer: str) -> None:
    with pytest.raises(ProfileError, match=rf"timers\.{timer} must be above 0 ms, got 0"):
        profile_of({"base": "toll_auto", "timers": {timer: 0}})


REFUSED = [
    ({"base": "dl1"}, "base must be one of local, toll_auto"),
    ({"base": 3}, "base must be one of"),
    ({"line": {"control": "both"}}, r"line\.control must be none or calling or called, got 'both'"),
    ({"line": {"metering": 1}}, r"line\.metering must be true or false, got 1"),
    ({"line": {"colour": 1}}, r"unknown row line\.colour"),
    ({"line": {"calling_control_kb": [7]}}, r"line\.calling_control_kb must be 1\.\.6, got 7"),
    ({"base": "toll_semi", "forward": {"seizure": 0b0001}}, r"forward\.seizure must have bit c and another one"),
    ({"base": "toll_semi", "backward": {"answer": 0b0010}}, r"backward\.answer must have bit c and another one"),
    ({"timers": {"reanswer": 150_000}}, r"timers\.await_clear must be above timers\.reanswer, got 150000 and 150000"),
    ({"timers": {"glare_hold": 99}}, r"timers\.glare_hold must be at least 100 ms, got 99"),
    ({"timers": {"answer_guard": 74}}, r"timers\.answer_guard must be at least 75 ms, got 74"),
    ({"register": {"pulse_signals": [3, 5]}}, r"register\.pulse_signals must be 3\.\.4, got 5"),
    ({"backward": {"forced_release": 0b0111}}, r"backward\.forced_release and backward\.answer must differ"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_refused(data: dict[str, object], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        profile_of(data)


TWO_WAY = [
    ({"forward": {"idle": 0b1001}}, "forward.idle must be backward.idle on a two-way circuit, got 1001"),
    (
        {"forward": {"seizure": 0b0111}},
        "forward.seizure and backward.answer must differ on a two-way circuit, both are 0111",
    ),
]


@pytest.mark.parametrize(("data", "message"), TWO_WAY)
def test_a_profile_for_one_way_only(data: dict[str, object], message: str) -> None:
    assert wrong_two_way(profile_of(data)) == [message]
