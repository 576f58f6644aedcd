"""Erlang's forms against published tables and independent programs (values by pyworkforce, pyqueueing and Ciw)."""

from math import inf

import pytest

from kmcc.firmware_sim.staffing.erlang import erlang_b, erlang_c, impatient_system, waiting_system

# calls/h, handling s, seats, limit s, patience s
PLACES = [(200, 180, 14, 20, 120), (600, 110, 25, 15, 60), (4000, 110, 150, 15, 90)]
# loss (B); share that waits, mean wait s, in time (C); given up, mean wait s (A)
PUBLISHED = [
    (0.05681914, 0.17413193, 7.83593701, 0.88835002, 0.02283925, 2.74071438),
    (0.02831268, 0.09850312, 1.62530152, 0.96031405, 0.01043475, 0.62608499),
    (0.00172998, 0.00927132, 0.03671442, 0.99979006, 0.00027159, 0.02444289),
]


@pytest.mark.parametrize(("place", "figures"), list(zip(PLACES, PUBLISHED, strict=True)))
def test_independent_programs(place: tuple[float, float, int, float, float], figures: tuple[float, ...]) -> None:
    calls, talk, seats, limit, patience = place
    erlangs = calls * talk / 3600
    patient = waiting_system(calls / 3600, talk, seats, limit)
    impatient = impatient_system(calls / 3600, talk, patience, seats, limit)
    assert (
        erlang_b(seats, erlangs), erlang_c(seats, erlangs), patient.mean_wait_s, patient.within_limit,
        impatient.abandon_rate, impatient.mean_wait_s,
    ) == pytest.approx(figures, rel=1e-5)  # fmt: skip
    assert patient.occupancy == pytest.approx(erlangs / seats)


@pytest.mark.parametrize(
    ("seats", "waits", "in_15_s", "mean_s"),
    [(34, 0.869, 0.201, 156.3), (35, 0.6965, 0.434, 50.1), (36, 0.5519, 0.605, 24.8), (37, 0.4318, 0.727, 14.1)],
)
def test_the_chinese_table_of_the_15_second_rate(seats: int, waits: float, in_15_s: float, mean_s: float) -> None:
    """1000 calls an hour of 120 s, from an analysis of answer rates that is widely copied in China."""
    one = waiting_system(1000 / 3600, 120, seats, 15)
    assert erlang_c(seats, 1000 * 120 / 3600) == pytest.approx(waits, abs=5e-4)
    assert one.within_limit == pytest.approx(in_15_s, abs=1e-3)
    assert one.mean_wait_s == pytest.approx(mean_s, abs=0.1)


def test_above_full_load_nobody_ever_gets_through_but_the_impatient_leave() -> None:
    assert erlang_c(10, 10) == 1
    assert waiting_system(11 / 60, 60, 10, 15).mean_wait_s == inf
    one = impatient_system(22 / 60, 60, 30, 10, 15)
    assert one.abandon_rate == pytest.approx(1 - 10 / 22, abs=0.01)  # half of them talk, nearly all the time
    assert one.occupancy == pytest.approx(1, abs=0.01)


def test_the_endlessly_patient_are_those_of_erlang_c() -> None:
    patient = waiting_system(200 / 3600, 180, 14, 20)
    impatient = impatient_system(200 / 3600, 180, 1e7, 14, 20)
    assert impatient.within_limit == pytest.approx(patient.within_limit, rel=1e-3)
    assert impatient.mean_wait_s == pytest.approx(patient.mean_wait_s, rel=1e-3)


def test_within_no_time_are_those_who_find_a_free_seat() -> None:
    one = impatient_system(600 / 3600, 110, 60, 20, 0)
    assert one.within_limit == pytest.approx(1 - 0.3306, abs=5e-5)
    assert one.abandon_rate == pytest.approx(0.0670, abs=5e-5)
    assert impatient_system(600 / 3600, 110, 60, 20, 1e4).within_limit == pytest.approx(1 - 0.0670, abs=5e-5)
