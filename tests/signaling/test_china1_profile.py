"""Profiles: what may be laid over the default, and every refusal names its row."""

import tomllib
from dataclasses import replace
from types import MappingProxyType

import pytest

from kmcc.signaling.china1.channel import OutgoingChannel
from kmcc.signaling.china1.codes import BACKWARD, FORWARD, TIMERS, Backward, Forward, Kb, Prefix, Repeat, Timer
from kmcc.signaling.china1.messages import (
    LineBits,
    Seize,
    SendBits,
)
from kmcc.signaling.china1.profile import LOCAL, Profile, load_profile
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import ProfileError, StartTimer

# GB 3971.2-83, fully automatic circuits: abcd with c = d = 1
FORWARD_CODES = {"idle": "1011", "seizure": "0011", "clear_forward": "1011", "fault": "1111"}
BACKWARD_CODES = {
    "idle": "1011",
    "seizure_ack": "1111",
    "answer": "0111",
    "clear_back": "1111",
    "release": "1111",
    "blocked": "1111",
    "forced_release": "0011",
}


def test_the_default_is_the_standard() -> None:
    assert {state.value: f"{code:04b}" for state, code in LOCAL.forward.items()} == FORWARD_CODES
    assert {state.value: f"{code:04b}" for state, code in LOCAL.backward.items()} == BACKWARD_CODES
    assert [LOCAL.ms(name) for name in ("t1", "t2", "t3", "t4")] == [15_000, 24_000, 15_000, 15_000]
    assert LOCAL.ms("answer_guard") >= 75
    assert LOCAL.level_dbm0 == -11.5


def test_nothing_over_the_default_is_the_default() -> None:
    assert load_profile({}) == LOCAL


def test_data_over_the_default() -> None:
    text = """
        name = "toll"
        [forward]
        seizure = 0b0001
        fault = 0b1101
        [timers]
        seize_ack = 240
        [register]
        level_dbm0 = -8
        ani_after_digits = 3
        free_kb = [1]
        repeat = "last_but_one"
    """
    profile = load_profile(tomllib.loads(text))
    assert profile.name == "toll"
    assert profile.forward[Forward.IDLE] == 0b1011
    assert profile.ms("t1") == 15_000
    assert (profile.level_dbm0, profile.ani_after_digits, profile.free_kb) == (-8.0, 3, (1,))
    assert profile.repeat is Repeat.LAST_BUT_ONE
    channel = OutgoingChannel(profile)
    channel.receive(LineBits(0b1011))
    assert channel.receive(Seize("1", None, 1, 3)) == (StartTimer("seize_ack", 240), SendBits(0b0001))


def test_a_timer_keeps_its_name_and_reason() -> None:
    changed = load_profile({"timers": {"t1": 12_000}})
    assert [(row.name, row.why) for row in changed.timers] == [(row.name, row.why) for row in TIMERS]


REFUSED = [
    ({"colour": 1}, "unknown key colour"),
    ({"name": 7}, "name must be text"),
    ({"timers": 5}, "timers must be a table"),
    ({"forward": {"seized": 1}}, r"unknown row forward\.seized"),
    ({"backward": {"ack": 1}}, r"unknown row backward\.ack"),
    ({"timers": {"t5": 1}}, r"unknown row timers\.t5"),
    ({"register": {"t1": 1}}, r"unknown row register\.t1"),
    ({"register": {"forward": {}}}, r"unknown row register\.forward"),
    ({"timers": {"t1": 0}}, r"timers\.t1 must be above 0 ms, got 0"),
    ({"timers": {"t2": -1}}, r"timers\.t2 must be above 0 ms, got -1"),
    ({"timers": {"t3": 1.5}}, r"timers\.t3 must be a whole number"),
    ({"timers": {"t3": True}}, r"timers\.t3 must be a whole number"),
    ({"forward": {"idle": "1011"}}, r"forward\.idle must be a whole number"),
    ({"forward": {"seizure": 0}}, r"forward\.seizure must be 1\.\.15, got 0"),
    ({"backward": {"answer": 16}}, r"backward\.answer must be 1\.\.15, got 16"),
    ({"forward": {"seizure": 0b1011}}, r"forward\.idle and forward\.seizure must differ, both are 1011"),
    ({"backward": {"answer": 0b1111}}, r"backward\.answer and backward\.seizure_ack must differ"),
    ({"backward": {"release": 0b1011}}, r"backward\.idle and backward\.release must differ"),
    ({"register": {"ani_after_digits": -1}}, r"register\.ani_after_digits must be 0\.\.99"),
    ({"register": {"end_of_cli": 10}}, r"register\.end_of_cli must be 11\.\.15"),
    ({"register": {"kd": 7}}, r"register\.kd must be 1\.\.6"),
    ({"register": {"ka": "1"}}, r"register\.ka must be a whole number"),
    ({"register": {"level_dbm0": 3}}, r"register\.level_dbm0 must be -35\.\.-5"),
    ({"register": {"level_dbm0": "loud"}}, r"register\.level_dbm0 must be a level in dBm0"),
    ({"register": {"repeat": "again"}}, r"register\.repeat must be from_first or last_but_one"),
    ({"register": {"repeat_leading": 1}}, r"register\.repeat_leading must be true or false, got 1"),
    ({"register": {"ani": "none"}}, r"register\.ani must be number or ka_only, got 'none'"),
    ({"register": {"leading": "kd"}}, r"register\.leading must be none or kc or ke, got 'kd'"),
    ({"register": {"ka": 11}}, r"register\.ka must be 1\.\.10, got 11"),
    ({"register": {"absent_cli": [10]}}, r"register\.absent_cli must be 11\.\.15, got 10"),
    ({"register": {"end_of_called": 10}}, r"register\.end_of_called must be 11\.\.15, got 10"),
    ({"register": {"kc_test": 10}}, r"register\.kc_test must be 11\.\.15, got 10"),
    ({"register": {"kc_test": 11}}, r"register\.kc_priority and register\.kc_test both have 11"),
    ({"register": {"ke_test": 11}}, r"register\.ke_tandem and register\.ke_test both have 11"),
    ({"timers": {"interdigit": 100}}, r"timers\.interdigit must be above timers\.pulse_gap, got 100 and 100"),
    ({"timers": {"pulse_ignore": 150}}, r"timers\.pulse_ignore must be above timers\.pulse, got 150 and 150"),
    ({"register": {"free_kb": 1}}, r"register\.free_kb must be a list of signals"),
    ({"register": {"free_kb": []}}, r"register\.free_kb is empty"),
    ({"register": {"free_kb": [1, 4]}}, r"register\.free_kb and register\.busy_kb both have 4"),
    ({"register": {"vacant_kb": 1}}, r"register\.free_kb and register\.vacant_kb both have 1"),
    ({"register": {"vacant_kb": 2}}, r"register\.busy_kb and register\.vacant_kb both have 2"),
    ({"register": {"congestion_kb": 5}}, r"register\.vacant_kb and register\.congestion_kb both have 5"),
    ({"register": {"local_busy_kb": 5}}, r"register\.local_busy_kb is 5, which is not in register\.busy_kb"),
]


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_refused(data: dict[str, object], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        load_profile(data)


@pytest.mark.parametrize("state", list(Forward))
def test_a_missing_forward_state(state: Forward) -> None:
    rest = MappingProxyType({code: abcd for code, abcd in FORWARD.items() if code is not state})
    with pytest.raises(ProfileError, match=rf"profile local: forward\.{state.value} is missing"):
        Profile(forward=rest)


@pytest.mark.parametrize("state", list(Backward))
def test_a_missing_backward_state(state: Backward) -> None:
    rest = MappingProxyType({code: abcd for code, abcd in BACKWARD.items() if code is not state})
    with pytest.raises(ProfileError, match=rf"backward\.{state.value} is missing"):
        Profile(backward=rest)


@pytest.mark.parametrize("row", TIMERS, ids=lambda row: row.name)
def test_a_missing_timer(row: Timer) -> None:
    with pytest.raises(ProfileError, match=rf"timers\.{row.name} is missing"):
        replace(LOCAL, timers=tuple(other for other in TIMERS if other is not row))


# GB 3377-82: KB by the class of KD
KB_MEANINGS = [
    *((1, kd, Kb.FREE) for kd in range(1, 7)),
    *((6, kd, Kb.FREE) for kd in range(1, 7)),
    *((2, kd, Kb.BUSY) for kd in range(1, 7)),
    *((3, kd, Kb.BUSY) for kd in range(1, 7)),
    *((5, kd, Kb.VACANT) for kd in range(1, 7)),
    *((4, kd, Kb.CONGESTION) for kd in (1, 2, 6)),
    *((4, kd, Kb.BUSY) for kd in (3, 4)),
    (0, 3, None),
    (7, 3, None),
]


@pytest.mark.parametrize(("kb", "kd", "meaning"), KB_MEANINGS)
def test_kb_meaning(kb: int, kd: int, meaning: Kb | None) -> None:
    assert LOCAL.kb_meaning(kb, kd) is meaning


@pytest.mark.parametrize("kd", range(1, 7))
@pytest.mark.parametrize(("failure", "meaning"), [(Failure.VACANT_NUMBER, Kb.VACANT), (Failure.CALLED_BUSY, Kb.BUSY)])
def test_what_we_send_is_what_we_understand(kd: int, failure: Failure, meaning: Kb) -> None:
    assert LOCAL.kb_meaning(LOCAL.kb_for(failure, kd), kd) is meaning


def test_kc_and_ke_do_not_get_into_each_others_way() -> None:
    """The same number may stand for one of each: a circuit has only one kind of them."""
    profile = load_profile({"register": {"leading": "ke", "kc_test": 15, "ke_test": 12}})
    assert [profile.prefix_of(signal) for signal in range(11, 16)] == [
        Prefix.KE_TANDEM,
        Prefix.KE_TEST,
        None,
        None,
        None,
    ]
