"""All that is tried against the real libopenr2, in simulated time: `pytest tests/peers/test_openr2.py`.

The cases are in modules by what they are about: the whole house, the register with the library as the calling and as
the called exchange, the line, many calls. They are run from here.
"""

import re
from pathlib import Path

from tests.peers.openr2_calls_us import (
    test_a2_makes_it_send_from_the_first_digit,
    test_a6_after_each_digit,
    test_a_number_of_unknown_length_is_ended_by_a_pulse,
    test_a_second_call_on_the_same_circuit,
    test_a_vacant_number_is_unknown_to_it,
    test_congestion_at_each_digit,
    test_ka_and_kd,
    test_local_and_toll,
    test_never_asked_for_its_number,
    test_refused_by_kb,
)
from tests.peers.openr2_house import (
    test_openr2_answers_our_call,
    test_openr2_calls_us_with_its_number_and_hears_the_welcome,
)
from tests.peers.openr2_is_called import (
    test_a_number_shorter_than_it_expects,
    test_each_kb_that_refuses,
    test_each_kb_that_says_free,
)
from tests.peers.openr2_is_called import test_local_and_toll as test_called_with_local_and_toll
from tests.peers.openr2_many import test_five_hundred_calls_on_thirty_channels
from tests.peers.openr2_released import (
    test_the_library_blocks_and_we_do_not_seize,
    test_the_library_calls_and_releases,
    test_the_library_calls_and_we_release,
    test_we_block_and_the_library_sees_it,
    test_we_call_and_release,
    test_we_call_and_the_library_releases,
)

__all__ = [
    "test_a2_makes_it_send_from_the_first_digit",
    "test_a6_after_each_digit",
    "test_a_number_of_unknown_length_is_ended_by_a_pulse",
    "test_a_number_shorter_than_it_expects",
    "test_a_second_call_on_the_same_circuit",
    "test_a_vacant_number_is_unknown_to_it",
    "test_called_with_local_and_toll",
    "test_congestion_at_each_digit",
    "test_each_kb_that_refuses",
    "test_each_kb_that_says_free",
    "test_every_case_is_run_from_here",
    "test_five_hundred_calls_on_thirty_channels",
    "test_ka_and_kd",
    "test_local_and_toll",
    "test_never_asked_for_its_number",
    "test_openr2_answers_our_call",
    "test_openr2_calls_us_with_its_number_and_hears_the_welcome",
    "test_refused_by_kb",
    "test_the_library_blocks_and_we_do_not_seize",
    "test_the_library_calls_and_releases",
    "test_the_library_calls_and_we_release",
    "test_we_block_and_the_library_sees_it",
    "test_we_call_and_release",
    "test_we_call_and_the_library_releases",
]


def test_every_case_is_run_from_here() -> None:
    cases = [
        name
        for module in Path(__file__).parent.glob("openr2_*.py")
        for name in re.findall(r"^def (test_\w+)", module.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(cases) == len(__all__) - 1
    ours = {globals()[name].__code__ for name in __all__}
    assert len(ours) == len(__all__)
