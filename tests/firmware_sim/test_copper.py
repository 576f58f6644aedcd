"""The pair in volts and milliamperes: limits of GB 3378-82 by Ohm's law, worked by hand."""

import pytest

from kmcc.firmware_sim.line.copper import CopperError, LineCard, LoopSensor, Pair, bell_volts, loop_ma


def test_ohms_law() -> None:
    """48 V over 400 + 600 + 200 ohm."""
    assert loop_ma(LineCard(), Pair(), is_off_hook=True) == pytest.approx(40.0)
    assert loop_ma(LineCard(), Pair(), is_off_hook=False) == 0.0
    assert loop_ma(LineCard(battery_v=0), Pair(), is_off_hook=True) == 0.0


def test_the_longest_loop_of_the_standard_is_seen_and_a_longer_one_is_not() -> None:
    longest, too_long = Pair(resistance_ohm=1600, set_ohm=200), Pair(resistance_ohm=2600)
    assert LoopSensor(LineCard()).sees(loop_ma(LineCard(), longest, is_off_hook=True))
    assert not LoopSensor(LineCard()).sees(loop_ma(LineCard(), too_long, is_off_hook=True))


def test_leakage_that_the_standard_allows_is_no_off_hook() -> None:
    ma = loop_ma(LineCard(), Pair(leakage_ohm=20_000), is_off_hook=False)
    assert ma == pytest.approx(48_000 / 20_400)
    assert not LoopSensor(LineCard()).sees(ma)


def test_between_the_thresholds_it_stays_as_it_was() -> None:
    sensor = LoopSensor(LineCard())
    assert [sensor.sees(ma) for ma in (12, 18, 12, 8, 12)] == [False, True, True, False, False]


def test_the_bell() -> None:
    assert bell_volts(LineCard(), Pair()) == pytest.approx(90 * 7000 / 8100)
    assert bell_volts(LineCard(), Pair(ringer_ohm=300, resistance_ohm=1600)) < 35  # five bells on one pair


def test_pairs_and_cards_that_cannot_be() -> None:
    with pytest.raises(CopperError, match="loss_db is -1, expected 0 or more"):
        Pair(loss_db=-1)
    with pytest.raises(CopperError, match=r"on_hook_ma is 20, expected more than 0 and less than 18\.0"):
        LineCard(on_hook_ma=20)
    with pytest.raises(CopperError, match=r"battery_v is 60, expected 0\.\.57"):
        LineCard(battery_v=60)
