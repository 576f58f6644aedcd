"""The line echo canceller as G.168 tries it: speech, noise and tones over hybrids, both ways through A-law."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from tests.dsp.two_wire import (
    Sound,
    alaw,
    at_level,
    dbm0_of,
    echo_of,
    hybrid,
    loss_db,
    noise,
    part,
    speech,
    through_alaw,
)

from kmcc.dsp.cpu import Isa, use
from kmcc.dsp.echo import Echo, EchoCancellers
from kmcc.dsp.errors import PortError, SamplesError
from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.twin_echo import EchoTwin
from kmcc.switch.announce import Language

Octets = npt.NDArray[np.uint8]
Make = Callable[[int, Echo], EchoCancellers | EchoTwin]


def said(canceller: EchoCancellers | EchoTwin, sent: list[Sound], heard: list[Sound]) -> list[Sound]:
    octets = canceller.feed(np.stack([alaw(one) for one in sent]), np.stack([alaw(one) for one in heard]))
    return list(decode_alaw(octets).astype(float))


def tone(seconds: float, *sines: tuple[float, float]) -> Sound:
    t = np.arange(int(seconds * 8000)) / 8000
    both: Sound = np.sum([at_level(np.sin(2 * np.pi * hz * t), dbm0) for hz, dbm0 in sines], axis=0)
    return both


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * 8000))


@pytest.mark.parametrize("make", [EchoCancellers, EchoTwin])
class TestCanceller:
    """The kernel and its twin."""

    def test_it_converges_on_speech_and_stays(self, make: Make) -> None:
        """Return losses of 6 to 20 dB, paths of 4 to 28 ms, far speech of -25 to -10 dBm0 (G.168 test 2)."""
        lines = [(6.0, 4.0, -16.0), (12.0, 8.0, -10.0), (12.0, 28.0, -16.0), (20.0, 16.0, -12.0), (9.0, 20.0, -25.0)]
        sent = [through_alaw(speech(4, dbm0, seed=n)) for n, (_, _, dbm0) in enumerate(lines)]
        paths = [hybrid(n + 20, erl_db=erl, ms=ms) for n, (erl, ms, _) in enumerate(lines)]
        heard = [echo_of(far, path) for far, path in zip(sent, paths, strict=True)]
        left = said(make(len(lines), Echo.CANCEL), sent, heard)
        for echo, rest in zip(heard, left, strict=True):
            assert loss_db(echo, rest, 1, 2) > 18
            assert loss_db(echo, rest, 2, 4) > 24

    def test_it_converges_on_noise_within_a_quarter_of_a_second(self, make: Make) -> None:
        far = through_alaw(noise(1.5, -10))
        echo = echo_of(far, hybrid(1, erl_db=6))
        (left,) = said(make(1, Echo.CANCEL), [far], [echo])
        assert loss_db(echo, left, 0.25, 0.5) > 25
        assert loss_db(echo, left, 0.5, 1.5) > 30

    def test_both_speak_and_neither_suffers(self, make: Make) -> None:
        """Near speech as loud as the far speech was before the hybrid, for two seconds (G.168 test 3)."""
        far = through_alaw(speech(5, -16, seed=5))
        near = silence(5)
        near[16000:32000] = speech(2, -16, lang=Language.ZH, seed=6)
        echo = echo_of(far, hybrid(5))
        (left,) = said(make(1, Echo.FULL), [far], [echo + near])
        assert loss_db(near, left - near, 2, 4) > 20, "what was said at the near end goes through"
        assert loss_db(echo, left, 4.05, 4.5) > 25, "and the taps are where they were"

    def test_a_line_that_does_not_echo_is_left_alone(self, make: Make) -> None:
        """Infinite return loss (G.168 test 7): nothing is made up, and near speech goes through as it is."""
        far = through_alaw(speech(3, -10))
        near = silence(3)
        near[12000:] = through_alaw(speech(1.5, -20, seed=3))
        (left,) = said(make(1, Echo.CANCEL), [far], [near])
        assert dbm0_of(part(left, 0, 1.5)) < -60
        assert loss_db(near, left - near, 1.5, 3) > 25

    def test_an_echo_that_ends_is_no_longer_subtracted(self, make: Make) -> None:
        far = through_alaw(speech(4, -10))
        echo = echo_of(far, hybrid(2))
        echo[16000:] = 0
        (left,) = said(make(1, Echo.FULL), [far], [echo])
        assert dbm0_of(part(left, 2.5, 4)) < -50

    def test_a_changed_hybrid_is_learnt_anew(self, make: Make) -> None:
        far = through_alaw(speech(5, -14, seed=8))
        echo = echo_of(far, hybrid(8))
        echo[16000:] = echo_of(far, hybrid(9, ms=12))[16000:]
        (left,) = said(make(1, Echo.CANCEL), [far], [echo])
        assert loss_db(echo, left, 1, 2) > 25
        assert loss_db(echo, left, 2, 5) > -3, "never much worse than no canceller"
        assert loss_db(echo, left, 3, 5) > 20

    def test_what_is_left_is_not_heard(self, make: Make) -> None:
        """Residual echo with the suppressor on (G.168 test 2A)."""
        far = through_alaw(speech(3, -10, seed=4))
        (left,) = said(make(1, Echo.FULL), [far], [echo_of(far, hybrid(4, erl_db=6))])
        assert dbm0_of(part(left, 1, 3)) < -60

    @pytest.mark.parametrize(("level", "pole"), [(-55.0, 0.0), (-45.0, 0.7)])
    def test_comfort_noise_is_like_the_background(self, make: Make, level: float, pole: float) -> None:
        """Level within 2 dB (G.168 test 9) and colour: correlation from sample to sample within 0.2."""
        far = through_alaw(noise(5, -14, seed=2))
        far[:16000] = 0
        background = noise(5, level, pole=pole)
        (left,) = said(make(1, Echo.FULL), [far], [echo_of(far, hybrid(3, erl_db=20)) + background])
        heard, before = part(left, 3, 5), part(background, 3, 5)
        assert abs(dbm0_of(heard) - dbm0_of(before)) < 2
        colour = [np.corrcoef(sound[1:], sound[:-1])[0, 1] for sound in (heard, before)]
        assert abs(colour[0] - colour[1]) < 0.2

    @pytest.mark.parametrize("sines", [((450.0, -10.0),), ((697.0, -9.0), (1209.0, -9.0)), ((2100.0, -12.0),)])
    def test_tones_unlearn_nothing(self, make: Make, sines: tuple[tuple[float, float], ...]) -> None:
        """Narrow-band signals (G.168 test 6): two seconds of tone on a line that was learnt from speech."""
        voice = speech(3, -14, seed=11)
        far = through_alaw(np.concatenate((voice[:16000], tone(2, *sines), voice[16000:])))
        echo = echo_of(far, hybrid(11))
        (left,) = said(make(1, Echo.CANCEL), [far], [echo])
        assert loss_db(echo, left, 3, 4) > 25
        assert loss_db(echo, left, 4, 5) > 22


def random_octets(seed: int, ports: int, samples: int) -> Octets:
    return np.random.default_rng(seed).integers(0, 256, (ports, samples), np.uint8)


def one_line(seed: int, seconds: float) -> tuple[Octets, Octets]:
    """Sent and heard octets of a port."""
    far = through_alaw(speech(seconds, -16, seed=seed))
    heard = echo_of(far, hybrid(seed)) + noise(seconds, -55, seed=seed)
    return alaw(far)[None], alaw(heard)[None]


def test_the_twin_says_nearly_the_same() -> None:
    """Another precision, another rounding here and there: what differs lies 45 dB below what was heard."""
    lines = [one_line(seed, 3) for seed in range(3)]
    sent, heard = (np.concatenate([line[side] for line in lines]) for side in (0, 1))
    ours, twin = (maker(3, Echo.FULL).feed(sent, heard) for maker in (EchoCancellers, EchoTwin))
    for port in range(3):
        difference = decode_alaw(ours[port]).astype(float) - decode_alaw(twin[port]).astype(float)
        assert loss_db(decode_alaw(heard[port]).astype(float), difference, 0, 3) > 45
        assert np.mean(ours[port] == twin[port]) > 0.9


def test_all_instructions_say_the_same(isa: Isa) -> None:
    sent = np.concatenate([one_line(1, 2)[0], random_octets(1, 19, 16000)])
    heard = np.concatenate([one_line(1, 2)[1], random_octets(2, 19, 16000)])
    said_so = EchoCancellers(20).feed(sent, heard)
    use(Isa.PLAIN)
    np.testing.assert_array_equal(said_so, EchoCancellers(20).feed(sent, heard), isa.name)


def test_however_it_is_cut() -> None:
    sent, heard = one_line(2, 2)
    whole = EchoCancellers(1).feed(sent, heard)
    for cut in (16, 48, 64, 80):
        cancellers = EchoCancellers(1)
        parts = [cancellers.feed(sent[:, n : n + cut], heard[:, n : n + cut]) for n in range(0, 16000, cut)]
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_ports_do_not_mix() -> None:
    """A port among thirty-three noisy ones hears what it hears alone."""
    sent, heard = one_line(3, 1)
    alone = EchoCancellers(34).feed(np.tile(sent, (34, 1)), np.tile(heard, (34, 1)))
    crowd_sent, crowd_heard = random_octets(3, 34, 8000), random_octets(4, 34, 8000)
    for port in (0, 15, 16, 33):
        crowd_sent[port], crowd_heard[port] = sent[0], heard[0]
    crowd = EchoCancellers(34).feed(crowd_sent, crowd_heard)
    for port in (0, 15, 16, 33):
        np.testing.assert_array_equal(crowd[port], alone[port])


@pytest.mark.parametrize("abuse", ["random", "square", "echo louder than the speech"])
def test_it_recovers_from_what_no_line_does(abuse: str) -> None:
    far = through_alaw(speech(4, -16, seed=12))
    echo = through_alaw(echo_of(far, hybrid(12)))
    if abuse == "random":
        far[:8000], echo[:8000] = (decode_alaw(random_octets(n, 1, 8000))[0] for n in (5, 6))
    elif abuse == "square":
        far[:8000] = np.where(np.arange(8000) // 40 % 2, 32256, -32256)
        echo[:8000] = -far[:8000]
    else:
        echo[:8000] = far[:8000] * 4
    (left,) = said(EchoCancellers(1, Echo.CANCEL), [far], [echo])
    assert loss_db(echo, left, 3, 4) > 20


def test_off_leaves_the_octets_and_on_again_has_forgotten() -> None:
    sent, heard = one_line(4, 1)
    cancellers = EchoCancellers(1, Echo.CANCEL)
    first = cancellers.feed(sent, heard)
    cancellers.switch(0, Echo.OFF)
    np.testing.assert_array_equal(cancellers.feed(sent, heard), heard)
    cancellers.switch(0, Echo.CANCEL)
    np.testing.assert_array_equal(cancellers.feed(sent, heard), first)


def test_a_change_of_mode_forgets_nothing() -> None:
    sent, heard = one_line(4, 3)
    cancellers = EchoCancellers(1, Echo.CANCEL)
    cancellers.feed(sent[:, :16000], heard[:, :16000])
    cancellers.switch(0, Echo.FULL)
    left = decode_alaw(cancellers.feed(sent[:, 16000:], heard[:, 16000:])[0]).astype(float)
    assert loss_db(decode_alaw(heard[0, 16000:]).astype(float), left, 0, 0.5) > 20


def test_a_disabled_canceller_waits_for_silence() -> None:
    """G.168 clause 7: off at 2100 Hz with phase reversals, on again when both ways are quiet for 250 ms."""
    sent, heard = one_line(6, 2)
    quiet = np.full((1, 2400), 0xD5, np.uint8)
    cancellers = EchoCancellers(1, Echo.CANCEL)
    cancellers.feed(sent, heard)
    cancellers.disable(0)
    loud = slice(0, 1600)
    np.testing.assert_array_equal(cancellers.feed(sent[:, loud], heard[:, loud]), heard[:, loud])
    cancellers.feed(quiet[:, :1600], quiet[:, :1600])
    still = cancellers.feed(sent[:, loud], heard[:, loud])
    np.testing.assert_array_equal(still, heard[:, loud], "200 ms were not enough")
    cancellers.feed(quiet, quiet)
    left = decode_alaw(cancellers.feed(sent, heard)[0]).astype(float)
    assert loss_db(decode_alaw(heard[0]).astype(float), left, 0, 0.5) > 20, "and it still knows the line"


@pytest.mark.parametrize(
    ("sent", "heard", "found"),
    [((2, 64), (2, 72), "64 sent and 72 heard"), ((2, 12), (2, 12), "12 sent"), ((1, 64), (2, 64), "shape")],
)
def test_octets_that_do_not_fit(sent: tuple[int, int], heard: tuple[int, int], found: str) -> None:
    with pytest.raises(SamplesError, match=found):
        EchoCancellers(2).feed(np.zeros(sent, np.uint8), np.zeros(heard, np.uint8))


def test_ports_that_are_not_there() -> None:
    for act in (
        lambda: EchoCancellers(0),
        lambda: EchoCancellers(2).disable(2),
        lambda: EchoCancellers(2).switch(-1, Echo.OFF),
    ):
        with pytest.raises(PortError):
            act()
