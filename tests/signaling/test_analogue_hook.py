"""The loop of a telephone: pulses over the whole range of the standard, flash, clear, and everything between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.analogue.hook import (
    BadPulses,
    Effect,
    Flash,
    HookReader,
    HookState,
    Lifted,
    Loop,
    Meaning,
    PulseDigit,
    PutDown,
)
from kmcc.signaling.analogue.profile import FXS_MS
from kmcc.signaling.effects import Expired, StartTimer, StopTimer

Change = tuple[bool, float]  # closed, ms until the next change


class Watch:
    """Plays loop changes to a reader and lets its timers run out in time."""

    def __init__(self, *, dialling: bool) -> None:
        self.reader = HookReader(FXS_MS)
        self.reader.dialling = dialling
        self.meant: list[Meaning] = []
        self.running: dict[str, float] = {}
        self.now_ms = 0.0

    def play(self, changes: list[Change]) -> list[Meaning]:
        for is_closed, ms in changes:
            self.hear(self.reader.receive(Loop(is_closed, self.now_ms)))
            self.wait(ms)
        return self.meant

    def wait(self, ms: float) -> None:
        end_ms = self.now_ms + ms
        while self.running and min(self.running.values()) <= end_ms:
            name = min(self.running, key=lambda one: self.running[one])
            self.now_ms = self.running.pop(name)
            self.hear(self.reader.receive(Expired(name)))
        self.now_ms = end_ms

    def hear(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            match effect:
                case StartTimer(name, ms):
                    assert name not in self.running
                    self.running[name] = self.now_ms + ms
                case StopTimer(name):
                    del self.running[name]
                case _:
                    self.meant.append(effect)


def dialled(number: str, a_second: float, ratio: float, gap_ms: float = 500) -> list[Change]:
    period_ms = 1000 / a_second
    changes: list[Change] = [(True, 1000)]
    for digit in number:
        for _ in range(int(digit) or 10):
            changes += [(False, period_ms * ratio / (1 + ratio)), (True, period_ms / (1 + ratio))]
        changes.append((True, gap_ms))
    return changes


@pytest.mark.parametrize("a_second", [8, 9, 10, 12, 14])
@pytest.mark.parametrize("ratio", [1.3, 1.6, 2.0, 2.5])
def test_pulses_of_the_whole_range(a_second: float, ratio: float) -> None:
    """GB 3378-82: 8 to 14 a second, break to make 1.3 to 2.5."""
    meant = Watch(dialling=True).play(dialled("1290", a_second, ratio))
    assert meant == [Lifted(), *(PulseDigit(digit) for digit in "1290")]


@pytest.mark.parametrize("gap_ms", [350, 500, 800])
def test_the_shortest_pause_between_digits_that_exchanges_accept(gap_ms: float) -> None:
    assert Watch(dialling=True).play(dialled("55", 10, 1.6, gap_ms))[1:] == [PulseDigit("5"), PulseDigit("5")]


@pytest.mark.parametrize("off_ms", [-8, 8])
def test_edges_that_a_board_sees_a_tick_late(off_ms: float) -> None:
    changes: list[Change] = [(True, 1000)]
    for n in range(5):
        late = off_ms if n % 2 else -off_ms
        changes += [(False, 61 + late), (True, 39 - late)]
    assert Watch(dialling=True).play([*changes, (True, 400)])[-1] == PulseDigit("5")


@pytest.mark.parametrize("break_ms", [150, 400])
def test_over_dial_tone_a_long_break_is_a_flash(break_ms: float) -> None:
    changes: list[Change] = [(True, 1000), (False, break_ms), (True, 500), (False, 61), (True, 500)]
    assert Watch(dialling=True).play(changes) == [Lifted(), Flash(), PulseDigit("1")]


def test_a_long_break_among_pulses_spoils_the_digit() -> None:
    changes: list[Change] = [(True, 1000), (False, 61), (True, 39), (False, 150), (True, 500)]
    assert Watch(dialling=True).play(changes)[-1] == BadPulses()


@pytest.mark.parametrize("break_ms", [10, 25])
def test_breaks_that_are_no_pulses_make_no_digit(break_ms: float) -> None:
    assert Watch(dialling=True).play([(True, 1000), (False, break_ms), (True, 500)]) == [Lifted(), BadPulses()]


def test_eleven_pulses_are_no_digit() -> None:
    changes: list[Change] = [(True, 1000), *[(False, 61.0), (True, 39.0)] * 11, (True, 500)]
    assert Watch(dialling=True).play(changes)[-1] == BadPulses()


def test_a_make_that_is_too_short_spoils_the_digit() -> None:
    assert (
        Watch(dialling=True).play([(True, 1000), (False, 61), (True, 4), (False, 61), (True, 500)])[-1] == BadPulses()
    )


@pytest.mark.parametrize(
    ("ms", "meant"), [(40, []), (100, [Flash()]), (300, [Flash()]), (600, [Flash()]), (700, [PutDown(), Lifted()])]
)
def test_in_a_call_a_break_is_a_flash_or_a_clear(ms: float, meant: list[Meaning]) -> None:
    assert Watch(dialling=False).play([(True, 1000), (False, ms), (True, 1000)])[1:] == meant


def test_put_down_in_the_middle_of_a_digit() -> None:
    watch = Watch(dialling=True)
    assert watch.play([(True, 1000), (False, 61), (True, 39), (False, 1000)]) == [Lifted(), PutDown()]
    assert watch.play([(True, 1000), (False, 61), (True, 400)])[2:] == [Lifted(), PulseDigit("1")]


def test_what_was_already_so_is_no_news() -> None:
    reader = HookReader(FXS_MS)
    assert reader.receive(Loop(False, 5)) == ()
    reader.receive(Loop(True, 10))
    assert reader.receive(Loop(True, 20)) == ()
    assert reader.receive(Expired("clear")) == ()
    assert reader.receive(Expired("digit_end")) == ()


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(1, 2000)), max_size=60), st.booleans())
def test_whatever_the_loop_does(changes: list[Change], dialling: bool) -> None:
    """Lifted and put down take turns, and what is not on-hook has a way back."""
    watch = Watch(dialling=dialling)
    hooks = [one for one in watch.play(changes) if isinstance(one, Lifted | PutDown)]
    assert [type(one) for one in hooks] == [Lifted, PutDown] * (len(hooks) // 2) + [Lifted] * (len(hooks) % 2)
    watch.play([(False, 5_000)])
    assert watch.reader.state is HookState.ON_HOOK
    assert watch.running == {}
