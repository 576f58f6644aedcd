"""FSK receivers and their twin on one class of tests; the sender beside its twin; what it refuses."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dsp.fsk_sounds import MESSAGE, Sender, on_the_line
from tests.dsp.sounds import Burst as Sound
from tests.dsp.sounds import Octets, make_alaw

from kmcc.dsp import twin_fsk
from kmcc.dsp.bank import Events
from kmcc.dsp.engine_event import EventKind
from kmcc.dsp.fsk import Burst, FskBank, FskError, Standard
from kmcc.dsp.g711 import encode_alaw
from kmcc.dsp.twin_fsk import FskTwin

Maker = Callable[..., FskBank | FskTwin]
STANDARDS = pytest.mark.parametrize("standard", Standard)


def octets(events: Events, port: int = 0) -> bytes:
    wanted = (events["kind"] == EventKind.FSK_OCTET) & (events["port"] == port)
    return bytes(int(code) for code in events["code"][wanted])


def carriers(events: Events) -> list[int]:
    return [int(code) for code in events["code"][events["kind"] == EventKind.FSK_CARRIER]]


def hear(make: Maker, heard: Octets, standard: Standard = Standard.BELL202) -> Events:
    return make(len(heard), standard).feed(heard)


@pytest.mark.parametrize("make", [FskBank, FskTwin], ids=["C", "twin"])
class TestReceiver:
    @STANDARDS
    def test_the_octets_between_carrier_on_and_off(self, make: Maker, standard: Standard) -> None:
        events = hear(make, on_the_line(Sender(standard), 2), standard)
        assert octets(events, 0) == octets(events, 1) == MESSAGE
        for port in (0, 1):
            kinds = events["kind"][events["port"] == port]
            assert kinds[0] == kinds[-1] == EventKind.FSK_CARRIER
            assert carriers(events[events["port"] == port]) == [1, 0]
        assert np.abs(events["a"][events["code"] == 1][:1] / 100 + 13.5) < 0.3

    @STANDARDS
    @pytest.mark.parametrize("dbm0", [-42, 0])
    def test_levels(self, make: Maker, standard: Standard, dbm0: float) -> None:
        assert octets(hear(make, on_the_line(Sender(standard, dbm0=dbm0), 1), standard)) == MESSAGE

    @STANDARDS
    @pytest.mark.parametrize("twist_db", [-10, 10])
    def test_twist_of_10_db(self, make: Maker, standard: Standard, twist_db: float) -> None:
        sender = Sender(standard, dbm0=-10, twist_db=twist_db)
        assert octets(hear(make, on_the_line(sender, 1), standard)) == MESSAGE

    @STANDARDS
    @pytest.mark.parametrize("off_hz", [-40, 40])
    @pytest.mark.parametrize("speed", [0.985, 1.015])
    def test_off_frequency_and_off_speed(self, make: Maker, standard: Standard, off_hz: float, speed: float) -> None:
        sender = Sender(standard, off_hz=off_hz, speed=speed)
        assert octets(hear(make, on_the_line(sender, 1), standard)) == MESSAGE

    @pytest.mark.parametrize("stuffing", [1, 10, 20])
    def test_mark_bits_between_octets(self, make: Maker, stuffing: int) -> None:
        assert octets(hear(make, on_the_line(Sender(stuffing=stuffing), 1))) == MESSAGE

    def test_without_channel_seizure_as_in_a_conversation(self, make: Maker) -> None:
        assert octets(hear(make, on_the_line(Sender(seizure=0, marks=55), 1))) == MESSAGE

    @STANDARDS
    def test_the_carrier_is_known_within_the_channel_seizure(self, make: Maker, standard: Standard) -> None:
        heard = on_the_line(Sender(standard), 8)
        events = hear(make, heard, standard)
        came = events["sample"][(events["kind"] == EventKind.FSK_CARRIER) & (events["code"] == 1)]
        assert len(came) == 8
        assert came.max() < 880 + 300 * 20 // 3 / 2  # half of its 300 bits

    def test_short_marks_after_the_channel_seizure(self, make: Maker) -> None:
        heard = on_the_line(Sender(marks=20), 8, snr_db=20)
        events = hear(make, heard)
        assert [octets(events, port) for port in range(8)] == [MESSAGE] * 8

    def test_channel_seizure_is_no_octets(self, make: Maker) -> None:
        wave = Sender(marks=0).wave(b"")
        heard = encode_alaw(np.concatenate((np.zeros(803), wave, np.zeros(800))).astype(np.int16))
        events = hear(make, heard[np.newaxis])
        assert (octets(events), carriers(events)) == (b"", [1, 0])

    def test_a_stop_bit_that_is_a_space_is_told(self, make: Maker) -> None:
        sender = Sender()
        bits = sender.bits(b"\x00")
        bits[-11] = 0
        wave = sender.wave_of(bits)
        heard = encode_alaw(np.concatenate((wave, np.zeros(800))).astype(np.int16))
        events = hear(make, heard[np.newaxis])
        wanted = events[events["kind"] == EventKind.FSK_OCTET]
        assert [(event["code"], event["a"]) for event in wanted] == [(0, 1)]

    def test_other_sounds_are_no_carrier(self, make: Maker) -> None:
        dial, ring, key, guard = 450.0, 25.0, (852.0, 1336.0), 3000.0
        sounds = [((dial, -10.0),), ((ring, 0.0),), tuple((hz, -6.0) for hz in key), ((guard, -10.0),)]
        heard = make_alaw(*((Sound(sines, 10, 400),) for sines in sounds), (), ms=500, noise_dbm0=-40)
        assert len(hear(make, heard)) == 0

    def test_white_noise_is_no_carrier(self, make: Maker) -> None:
        assert len(hear(make, make_alaw((), (), ms=1000, noise_dbm0=-15))) == 0

    def test_below_the_floor_nothing_is_heard(self, make: Maker) -> None:
        assert len(hear(make, on_the_line(Sender(dbm0=-52), 1))) == 0

    def test_off_and_on_forgets_the_carrier(self, make: Maker) -> None:
        heard = on_the_line(Sender(), 1)
        bank = make(1, Standard.BELL202)
        first = bank.feed(heard[:, :3000])
        bank.enable(0, on=False)
        assert len(bank.feed(heard[:, 3000:3100])) == 0
        bank.enable(0, on=True)
        again = bank.feed(heard[:, 3100:])
        assert (carriers(first), carriers(again)) == ([1], [1, 0])
        assert octets(again) == MESSAGE

    def test_two_messages_in_a_row(self, make: Maker) -> None:
        heard = np.hstack([on_the_line(Sender(), 1), on_the_line(Sender(seizure=0), 1)])
        assert octets(hear(make, heard)) == MESSAGE * 2


@STANDARDS
@pytest.mark.parametrize("snr_db", [3, 8, 20])
def test_twin_and_kernel_agree_in_noise(standard: Standard, snr_db: float) -> None:
    heard = on_the_line(Sender(standard, twist_db=3), 2, snr_db=snr_db, seed=int(snr_db))
    np.testing.assert_array_equal(hear(FskBank, heard, standard), hear(FskTwin, heard, standard))


@settings(deadline=None, max_examples=15, derandomize=True)
@given(
    sent=st.binary(min_size=1, max_size=40),
    burst=st.builds(
        Burst,
        standard=st.sampled_from(Standard),
        seizure=st.integers(0, 50),
        marks=st.integers(60, 200),
        stuffing=st.integers(0, 12),
        mark_dbm0=st.floats(-30, 0),
        space_dbm0=st.floats(-30, 0),
    ),
)
def test_what_we_send_we_hear(sent: bytes, burst: Burst) -> None:
    near = replace(burst, space_dbm0=min(max(burst.space_dbm0, burst.mark_dbm0 - 8), burst.mark_dbm0 + 8, 0))
    heard = encode_alaw(np.concatenate((near.render(sent), np.zeros(400, np.int16))))
    assert octets(hear(FskBank, heard[np.newaxis], burst.standard)) == sent


class TestSender:
    @STANDARDS
    def test_kernel_and_twin(self, standard: Standard) -> None:
        burst = Burst(standard, seizure=31, marks=20, stuffing=2, mark_dbm0=-12, space_dbm0=-15)
        ours, twin = burst.render(MESSAGE), twin_fsk.render(burst, MESSAGE)
        assert len(ours) == len(twin)
        assert np.abs(ours.astype(int) - twin).max() <= 1

    @STANDARDS
    def test_the_phase_never_jumps(self, standard: Standard) -> None:
        pcm = Burst(standard, mark_dbm0=0, space_dbm0=0).render(MESSAGE).astype(float)
        peak = 32768 * 10 ** (-3.14 / 20)
        assert np.abs(np.diff(pcm)).max() < peak * 2 * np.sin(np.pi * 2200 / 8000) + 2

    def test_one_bit_is_a_1200th_of_a_second(self) -> None:
        assert len(Burst(seizure=0, marks=1200, closing=0).render(b"")) == 8000
        assert len(Burst(seizure=0, marks=0, closing=0).render(bytes(12))) == 800

    @pytest.mark.parametrize("bits", [-1, 65_536])
    def test_bits_out_of_range(self, bits: int) -> None:
        refused: dict[str, Callable[[], Burst]] = {
            "seizure": lambda: Burst(seizure=bits),
            "marks": lambda: Burst(marks=bits),
            "stuffing": lambda: Burst(stuffing=bits),
            "closing": lambda: Burst(closing=bits),
        }
        for what, make in refused.items():
            with pytest.raises(FskError, match=rf"bits of {what} {bits}: expected 0\.\.65535"):
                make()

    @pytest.mark.parametrize("dbm0", [-70.1, 3.2, float("nan")])
    def test_level_out_of_range(self, dbm0: float) -> None:
        with pytest.raises(FskError, match="level"):
            Burst(mark_dbm0=dbm0)
        with pytest.raises(FskError, match="level"):
            Burst(space_dbm0=dbm0)

    def test_too_many_octets(self) -> None:
        with pytest.raises(FskError, match=r"octets 4097: expected up to 4096"):
            Burst().render(bytes(4097))
