"""Links and conferences: two engines back to back, one tick of delay in each direction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kmcc.dsp import twin_matrix
from kmcc.dsp.engine import Engine, run_pair
from kmcc.dsp.engine_error import EngineRangeError
from kmcc.dsp.engine_speech import Aside
from kmcc.dsp.g711 import decode_alaw, encode_alaw

IDLE = 0xD5
LOUDEST = 0xAA  # A-law positive full scale: +32256


def speech(seed: int, octets: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, octets, dtype=np.uint8).tobytes()


def sent_by(far: Engine, near: Engine, line: int, ticks: int) -> bytes:
    """What the near engine sends on a line in so many ticks."""
    sent = bytearray()
    for _ in range(ticks):
        run_pair(far, near, 1)
        sent += near.line_tx(line)
    return bytes(sent)


@pytest.fixture(params=[16, 64, 80])
def pair(request: pytest.FixtureRequest) -> tuple[Engine, Engine]:
    return Engine(lines=4, tick_samples=request.param), Engine(lines=4, tick_samples=request.param)


# --- links ------------------------------------------------------------------------------------


def test_a_link_is_octet_exact_one_tick_after_it_was_sent(pair: tuple[Engine, Engine]) -> None:
    far, near = pair
    said = speech(1, 5 * near.tick_samples)
    far.play(far.line(0), [said])
    near.link(near.line(2), near.line(0))
    heard = sent_by(far, near, 2, 7)
    assert heard == bytes([IDLE]) * near.tick_samples + said + bytes([IDLE]) * near.tick_samples


def test_connect_goes_both_ways(pair: tuple[Engine, Engine]) -> None:
    far, near = pair
    near.connect(near.line(0), near.line(1))
    said = [speech(n, 3 * near.tick_samples) for n in (1, 2)]
    for line in (0, 1):
        far.play(far.line(line), [said[line]])
    sent = [bytearray(), bytearray()]
    for _ in range(4):
        run_pair(far, near, 1)
        for line in (0, 1):
            sent[line] += near.line_tx(line)
    assert bytes(sent[1][near.tick_samples :]) == said[0]
    assert bytes(sent[0][near.tick_samples :]) == said[1]


def test_between_spans_and_lines_and_back() -> None:
    far, near = Engine(spans=2, lines=1), Engine(spans=2, lines=1)
    said = speech(3, 10 * 64)
    far.play(far.port(1, 30), [said])
    near.link(near.line(0), near.port(1, 30))
    near.link(near.port(0, 16), near.port(1, 30))
    assert sent_by(far, near, 0, 11)[64:] == said
    channel_16 = bytes(near.span_tx(0))[17::32]  # timeslot 17
    assert channel_16 == said[-64:]


def test_unlink_leaves_silence(pair: tuple[Engine, Engine]) -> None:
    far, near = pair
    far.play(far.line(0), [speech(1, 20 * near.tick_samples)])
    near.link(near.line(1), near.line(0))
    sent_by(far, near, 1, 3)
    near.unlink(near.line(1))
    assert sent_by(far, near, 1, 3) == bytes([IDLE]) * (3 * near.tick_samples)


def test_a_port_may_hear_itself(pair: tuple[Engine, Engine]) -> None:
    far, near = pair
    said = speech(4, 2 * near.tick_samples)
    near.link(near.line(0), near.line(0))
    far.play(far.line(0), [said])
    assert sent_by(far, near, 0, 3)[near.tick_samples :] == said


@pytest.mark.parametrize(("port", "source"), [(4, 0), (-1, 0), (0, 4), (0, -1)])
def test_ports_that_are_not_there(port: int, source: int) -> None:
    with pytest.raises(EngineRangeError, match=r"expected 0\.\.3"):
        Engine(lines=4).link(port, source)


# --- conferences --------------------------------------------------------------------------------


def conference_of(said: list[bytes], tick_samples: int) -> list[bytes]:
    """What each member is sent while these octets are said in one conference."""
    lines, ticks = len(said), len(said[0]) // tick_samples
    far, near = (Engine(lines=lines, tick_samples=tick_samples) for _ in range(2))
    sent = [bytearray() for _ in said]
    for line, octets in enumerate(said):
        far.play(far.line(line), [octets])
        near.join(near.line(line), 3)
    for _ in range(ticks + 1):
        run_pair(far, near, 1)
        for line in range(lines):
            sent[line] += near.line_tx(line)
    return [bytes(octets[tick_samples:]) for octets in sent]


@settings(deadline=None, max_examples=30)
@given(members=st.integers(1, 6), seed=st.integers(0, 1000), tick_samples=st.sampled_from([16, 64, 80]))
def test_everyone_hears_the_others_as_the_twin_says(members: int, seed: int, tick_samples: int) -> None:
    said = [speech(seed + n, 2 * tick_samples) for n in range(members)]
    expected = twin_matrix.conference(np.stack([decode_alaw(octets) for octets in said]))
    assert conference_of(said, tick_samples) == [encode_alaw(row).tobytes() for row in expected]


def test_two_alone_hear_each_other_octet_for_octet() -> None:
    every_octet = bytes(range(256))
    said = [every_octet, every_octet[::-1]]
    assert conference_of(said, 64) == said[::-1]


def test_loud_together_is_saturated_and_not_wrapped() -> None:
    sent = conference_of([bytes([LOUDEST]) * 64] * 4, 64)
    assert sent == [bytes([LOUDEST]) * 64] * 4


def test_one_alone_hears_silence() -> None:
    assert conference_of([speech(1, 128)], 64) == [bytes([IDLE]) * 128]


def test_conferences_are_apart() -> None:
    far, near = Engine(lines=4), Engine(lines=4)
    said = [speech(n, 64) for n in range(4)]
    for line, octets in enumerate(said):
        far.play(far.line(line), [octets])
        near.join(near.line(line), line // 2)
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    assert [bytes(near.line_tx(line)) for line in range(4)] == [said[1], said[0], said[3], said[2]]


def test_a_member_who_leaves_or_is_linked_is_heard_no_more() -> None:
    far, near = Engine(lines=4), Engine(lines=4)
    said = [speech(n, 3 * 64) for n in range(4)]
    for line, octets in enumerate(said):
        far.play(far.line(line), [octets])
        near.join(near.line(line), 0)
    near.unlink(near.line(2))
    near.link(near.line(3), near.line(0))
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    assert [bytes(near.line_tx(line)) for line in range(4)] == [said[1][:64], said[0][:64], b"\xd5" * 64, said[0][:64]]


def test_joining_again_moves_and_counts_once() -> None:
    far, near = Engine(lines=2, conferences=2), Engine(lines=2, conferences=2)
    for conference in (0, 0, 1, 0):
        near.join(near.line(0), conference)
    near.join(near.line(1), 0)
    said = speech(9, 64)
    far.play(far.line(0), [said])
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    assert bytes(near.line_tx(1)) == said


def test_a_conference_that_is_not_there() -> None:
    with pytest.raises(EngineRangeError, match=r"conference 16: expected 0\.\.15"):
        Engine(lines=1).join(0, 16)


# --- who is heard, and how loud -------------------------------------------------------------------


def weighed_conference(
    said: list[bytes], tick_samples: int, *, gains: dict[int, float] | None = None, loudest: int = 0
) -> list[bytes]:
    """What each member is sent."""
    lines, ticks = len(said), len(said[0]) // tick_samples
    far, near = (Engine(lines=lines, tick_samples=tick_samples) for _ in range(2))
    for line in range(lines):
        near.join(near.line(line), 3)
        if gains and line in gains:
            near.member_gain(near.line(line), gains[line])
    run_pair(far, near, 1)
    near.loudest(3, loudest)
    for line, octets in enumerate(said):
        far.play(far.line(line), [octets])
    sent = [bytearray() for _ in said]
    for _ in range(ticks + 1):
        run_pair(far, near, 1)
        for line in range(lines):
            sent[line] += near.line_tx(line)
    return [bytes(octets[tick_samples:]) for octets in sent]


@settings(deadline=None, max_examples=30)
@given(gain_db=st.floats(-30, 12), seed=st.integers(0, 1000), tick_samples=st.sampled_from([16, 64, 80]))
def test_a_member_is_heard_as_loud_as_ordered(gain_db: float, seed: int, tick_samples: int) -> None:
    said = [speech(seed + n, 2 * tick_samples) for n in range(3)]
    pcm = np.stack([decode_alaw(octets) for octets in said])
    pcm[1] = twin_matrix.amplified(pcm[1], round(4096 * 10 ** (gain_db / 20)))
    expected = twin_matrix.conference(pcm)
    sent = weighed_conference(said, tick_samples, gains={1: gain_db})
    assert sent == [encode_alaw(row).tobytes() for row in expected]


def test_a_member_who_only_listens() -> None:
    said = [speech(n, 128) for n in range(2)]
    assert weighed_conference(said, 64, gains={1: -np.inf}) == [bytes([IDLE]) * 128, said[0]]


def test_twelve_decibels_more_than_there_is_are_saturated() -> None:
    assert weighed_conference([bytes([LOUDEST]) * 64] * 2, 64, gains={0: 12})[1] == bytes([LOUDEST]) * 64


@pytest.mark.parametrize("gain_db", [12.1, 400.0, np.nan])
def test_a_gain_that_cannot_be(gain_db: float) -> None:
    with pytest.raises(EngineRangeError, match=r"gain in dB of a member .*: expected -inf\.\.12"):
        Engine(lines=1).member_gain(0, gain_db)


def in_turns(members: int, frames: int, tick_samples: int, seed: int) -> list[bytes]:
    """Noise of each member at a level that jumps from frame to frame."""
    rng = np.random.default_rng(seed)
    levels = 10 ** rng.uniform(0, 4, (members, frames, 1))
    pcm = np.clip(rng.normal(0, 1, (members, frames, tick_samples)) * levels, -32768, 32767)
    return [encode_alaw(row.reshape(-1).astype(np.int16)).tobytes() for row in pcm]


@settings(deadline=None, max_examples=30)
@given(
    members=st.integers(2, 10),
    most=st.integers(1, 8),
    seed=st.integers(0, 1000),
    tick_samples=st.sampled_from([16, 64, 80]),
)
def test_the_loudest_are_heard_as_the_twin_says(members: int, most: int, seed: int, tick_samples: int) -> None:
    said = in_turns(members, 12, tick_samples, seed)
    twin = twin_matrix.Loudest(members, most)
    pcm = np.stack([decode_alaw(octets) for octets in said]).reshape(members, 12, tick_samples)
    twin.frame(np.full((members, tick_samples), 8, np.int16))  # the tick of silence that takes the order
    expected = np.hstack([twin_matrix.conference(twin.frame(frame)) for frame in pcm.swapaxes(0, 1)])
    sent = weighed_conference(said, tick_samples, loudest=most)
    assert sent == [encode_alaw(row).tobytes() for row in expected]


def test_two_of_three_who_speak_are_heard_by_all_four() -> None:
    """The faintest of them hears both others and is heard by nobody; so does he who is silent."""
    quiet = bytes([IDLE]) * (64 * 20)
    tones = [(3000 // 2**n * np.sin(np.arange(64 * 20) * (n + 1) / 7)).astype(np.int16) for n in range(3)]
    said = [encode_alaw(tone).tobytes() for tone in tones]
    sent = weighed_conference([*said, quiet], 64, loudest=2)
    both = encode_alaw(decode_alaw(said[0]) + decode_alaw(said[1])).tobytes()
    assert sent[2][64:] == sent[3][64:] == both[64:]
    assert sent[0][64:] == said[1][64:]
    assert sent[1][64:] == said[0][64:]


def test_all_are_heard_again_without_the_limit() -> None:
    far, near = Engine(lines=3), Engine(lines=3)
    said = [speech(n, 64 * 10) for n in range(3)]
    for line in range(3):
        near.join(near.line(line), 0)
        far.play(far.line(line), [said[line]])
    near.loudest(0, 1)
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    near.loudest(0, 0)
    run_pair(far, near, 1)
    expected = twin_matrix.conference(np.stack([decode_alaw(octets[64:128]) for octets in said]))
    assert [bytes(near.line_tx(line)) for line in range(3)] == [encode_alaw(row).tobytes() for row in expected]


@pytest.mark.parametrize(("conference", "members"), [(16, 1), (-1, 1), (0, 9), (0, -1)])
def test_a_limit_that_cannot_be(conference: int, members: int) -> None:
    with pytest.raises(EngineRangeError):
        Engine(lines=1).loudest(conference, members)


# --- asides ---------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(
    members=st.lists(st.sampled_from(list(range(4))), min_size=1, max_size=6),
    seed=st.integers(0, 1000),
    tick_samples=st.sampled_from([16, 64, 80]),
)
def test_whispers_are_heard_as_the_twin_says(members: list[int], seed: int, tick_samples: int) -> None:
    lines = len(members)
    said = [speech(seed + n, 2 * tick_samples) for n in range(lines)]
    far, near = (Engine(lines=lines, tick_samples=tick_samples) for _ in range(2))
    for line, aside in enumerate(members):
        near.member_aside(near.line(line), Aside(aside))
        near.join(near.line(line), 3)
        far.play(far.line(line), [said[line]])
    sent = [bytearray() for _ in members]
    for _ in range(3):
        run_pair(far, near, 1)
        for line in range(lines):
            sent[line] += near.line_tx(line)
    speaks = np.array([bool(aside & Aside.SPEAKS) for aside in members])
    hears = np.array([bool(aside & Aside.HEARS) for aside in members])
    expected = twin_matrix.with_asides(np.stack([decode_alaw(octets) for octets in said]), speaks, hears)
    assert [bytes(octets[tick_samples:]) for octets in sent] == [encode_alaw(row).tobytes() for row in expected]


def test_a_whisper_reaches_the_seat_and_never_the_caller() -> None:
    """Caller, seat, supervisor: the supervisor hears both, the seat hears both, the caller hears the seat alone."""
    far, near = Engine(lines=3), Engine(lines=3)
    said = [speech(n, 3 * 64) for n in range(3)]
    for line, aside in enumerate((Aside.NONE, Aside.HEARS, Aside.SPEAKS | Aside.HEARS)):
        near.member_aside(near.line(line), aside)
        near.join(near.line(line), 0)
        far.play(far.line(line), [said[line]])
    run_pair(far, near, 1)
    run_pair(far, near, 1)
    caller, seat, supervisor = (decode_alaw(octets[:64]) for octets in said)
    assert bytes(near.line_tx(0)) == said[1][:64]
    assert bytes(near.line_tx(1)) == _both(caller, supervisor)
    assert bytes(near.line_tx(2)) == _both(caller, seat)


def test_the_whisperer_takes_no_place_among_the_loudest() -> None:
    far, near = Engine(lines=3), Engine(lines=3)
    loud, faint = bytes([LOUDEST]) * 640, encode_alaw(np.full(640, 200, np.int16)).tobytes()
    for line, (aside, octets) in enumerate(((Aside.NONE, faint), (Aside.HEARS, b"\xd5" * 640), (Aside.SPEAKS, loud))):
        near.member_aside(near.line(line), aside)
        near.join(near.line(line), 0)
        far.play(far.line(line), [octets])
    near.loudest(0, 1)
    for _ in range(6):
        run_pair(far, near, 1)
    assert bytes(near.line_tx(1)) == _both(decode_alaw(faint[:64]), decode_alaw(loud[:64]))
    assert bytes(near.line_tx(2)) == faint[:64]


@pytest.mark.parametrize("when", range(1, 6))
def test_a_listener_comes_and_goes_and_two_who_talk_hear_each_other_octet_for_octet(when: int) -> None:
    """From a link to a conference and back: no gap, no click, not one octet of another value."""
    far, near = Engine(lines=3), Engine(lines=3)
    said = [speech(n, 12 * 64) for n in range(3)]
    for line in range(3):
        far.play(far.line(line), [said[line]])
    near.connect(near.line(0), near.line(1))
    near.member_gain(near.line(2), -np.inf)
    sent = [bytearray(), bytearray()]
    for tick in range(12):
        if tick == when:
            for line in range(3):
                near.join(near.line(line), 0)
        if tick == when + 4:
            near.connect(near.line(0), near.line(1))
            near.unlink(near.line(2))
        run_pair(far, near, 1)
        for line in (0, 1):
            sent[line] += near.line_tx(line)
    assert bytes(sent[0][64:]) == said[1][: 11 * 64]
    assert bytes(sent[1][64:]) == said[0][: 11 * 64]


@pytest.mark.parametrize("aside", [4, 7])
def test_an_aside_that_cannot_be(aside: int) -> None:
    with pytest.raises(EngineRangeError, match=r"aside .*: expected 0\.\.3"):
        Engine(lines=1).member_aside(0, Aside(aside))


def _both(one: NDArray[np.int16], other: NDArray[np.int16]) -> bytes:
    total = one.astype(np.int64) + other
    return encode_alaw(np.clip(total, -32768, 32767).astype(np.int16)).tobytes()
