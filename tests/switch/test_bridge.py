"""A bridge: whoever is in which role, all hear whom they should and nobody else, from the tick after the order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.dsp import twin_matrix
from kmcc.dsp.engine import Engine, run_pair
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.switch.bridge import Bridge, NoRoomError, Role, Rooms

LINES = 5
TICK = 64
IDLE = 0xD5


def heard(parties: dict[int, Role], says: dict[int, bytes]) -> dict[int, bytes]:
    """By the roles' own words: what each port is sent."""
    ports = sorted(parties)
    pcm = np.stack([decode_alaw(says[port]) for port in ports])
    for row, port in enumerate(ports):
        if parties[port] is Role.LISTEN:
            pcm[row] = 0
    speaks = np.array([parties[port] is Role.WHISPER for port in ports])
    hears = np.array([parties[port] in (Role.WHISPER, Role.SEAT) for port in ports])
    rows = twin_matrix.with_asides(pcm, speaks, hears)
    sent = {port: encode_alaw(row).tobytes() for port, row in zip(ports, rows, strict=True)}
    return {port: sent.get(port, bytes([IDLE]) * TICK) for port in range(LINES)}


def equal(sent: bytes, expected: bytes) -> bool:
    """As linear speech: A-law has two zeros."""
    return bool(np.array_equal(decode_alaw(sent), decode_alaw(expected)))


Arrangements = st.lists(
    st.dictionaries(st.integers(0, LINES - 1), st.sampled_from(list(Role)), max_size=LINES), min_size=1, max_size=8
)


@settings(deadline=None, max_examples=60)
@given(arrangements=Arrangements, seed=st.integers(0, 1000))
def test_all_hear_whom_they_should(arrangements: list[dict[int, Role]], seed: int) -> None:
    far, near = (Engine(lines=LINES, conferences=1) for _ in range(2))
    rooms = Rooms(near)
    bridge = Bridge(rooms)
    octets = np.random.default_rng(seed).integers(0, 256, (LINES, 12 * TICK), dtype=np.uint8)
    for line in range(LINES):
        far.play(line, [octets[line].tobytes()])
    run_pair(far, near, 1)
    for tick, parties in enumerate(arrangements):
        bridge.arrange(parties)
        run_pair(far, near, 1)
        says = {line: octets[line, tick * TICK : (tick + 1) * TICK].tobytes() for line in range(LINES)}
        expected = heard(parties, says) if parties else {line: bytes([IDLE]) * TICK for line in range(LINES)}
        for line in range(LINES):
            assert equal(bytes(near.line_tx(line)), expected[line]), (tick, parties, line)
    bridge.arrange({})
    run_pair(far, near, 1)
    assert [bytes(near.line_tx(line)) for line in range(LINES)] == [bytes([IDLE]) * TICK] * LINES
    assert rooms.free == 1


def test_without_a_free_room_nothing_changes() -> None:
    engine = Engine(lines=LINES, conferences=1)
    rooms = Rooms(engine)
    first, second = Bridge(rooms), Bridge(rooms)
    first.arrange({0: Role.TALK, 1: Role.SEAT, 2: Role.WHISPER})
    second.arrange({3: Role.TALK, 4: Role.TALK})
    with pytest.raises(NoRoomError, match="all 1 rooms are in use"):
        second.arrange({3: Role.TALK, 4: Role.SEAT, 0: Role.LISTEN})
    assert second.parties == {3: Role.TALK, 4: Role.TALK}
    first.arrange({0: Role.TALK, 1: Role.TALK})
    second.arrange({3: Role.TALK, 4: Role.SEAT, 2: Role.LISTEN})
    assert rooms.free == 0


def test_two_who_talk_need_no_room() -> None:
    far, near = Engine(lines=2), Engine(lines=2, conferences=0)
    rooms = Rooms(near)
    Bridge(rooms).arrange({0: Role.TALK, 1: Role.SEAT})
    assert rooms.free == 0
    says = [bytes([octet]) * TICK for octet in (0x55, 0x2A)]
    for line in range(2):
        far.play(line, [says[line] * 3])
    run_pair(far, near, 2)
    assert [bytes(near.line_tx(line)) for line in range(2)] == says[::-1]
