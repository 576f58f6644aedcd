"""How soon after B each end opens the speech channel, sample by sample in a recording of the caller's (aim: 30 ms)."""

import asyncio
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kmcc.dsp.engine import Track
from kmcc.dsp.g711 import decode_alaw, encode_alaw
from kmcc.dsp.recorder import Sides
from kmcc.dsp.wav import read_wav
from kmcc.firmware_sim.pytest_plugin import Clock, E1Pair
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import AlertingIndication, CallingParty, Indication, SetupIndication, ThroughIndication
from kmcc.switch.journal import SilentJournal
from kmcc.switch.media import Media
from kmcc.switch.recording import PortRecording

AIM_MS = 30
SAMPLES_A_MS = 8
QUIET = 64  # of 32768; A-law silence is 8


def speech(seed: int) -> bytes:
    """Noise: it stands out of the register's signals, and begins like nothing else."""
    loud = np.random.default_rng(seed).integers(2000, 8000, 4000) * np.random.default_rng(seed + 1).choice(
        (-1, 1), 4000
    )
    return encode_alaw(loud.astype(np.int16)).tobytes()


class End:
    """A circuit whose port is recorded; it speaks when it may."""

    def __init__(self, media: Media, use: Use, speaks_at: type[Indication], words: bytes, file: Path) -> None:
        self._media = media
        self._speaks_at = speaks_at
        self._words = words
        self.file = file
        self.recording = PortRecording(media, 0, Track.CALL)
        self.circuit = China1Circuit("c/1", 0, media, LOCAL, use=use, analyse=one_digit, journal=SilentJournal())
        self.circuit.attach(self._hear)

    def start(self) -> None:
        self.recording.start(self.file, Sides.BOTH, lambda fault: pytest.fail(str(fault)))
        self.circuit.start()

    def _hear(self, told: Indication) -> None:
        if isinstance(told, SetupIndication):
            asyncio.get_running_loop().call_soon(self.circuit.alert)
        elif isinstance(told, self._speaks_at):
            self._media.engine.play(0, (self._words,))

    def side(self, channel: int) -> npt.NDArray[np.int16]:
        """0 = what its port heard, 1 = what it was sent; they lie side by side in the file."""
        return decode_alaw(np.frombuffer(read_wav(self.file).octets, np.uint8)[channel::2])


def one_digit(called: str) -> Verdict:
    return Verdict.COMPLETE


def begins(samples: npt.NDArray[np.int16], words: bytes) -> int:
    """Where these words begin, to the sample."""
    said = decode_alaw(np.frombuffer(words, np.uint8))
    (found,) = np.flatnonzero(np.all(np.lib.stride_tricks.sliding_window_view(samples, 80) == said[:80], axis=1))
    return int(found)


def kb_ends(samples: npt.NDArray[np.int16], before: int) -> int:
    """The last sample of a register signal before that."""
    return int(np.flatnonzero(np.abs(samples[:before].astype(int)) > QUIET)[-1])


def test_both_can_talk_right_after_kb(clock: Clock, e1_pair: E1Pair, tmp_path: Path) -> None:
    words = [speech(1), speech(2)]
    caller = End(e1_pair.near, Use.OUTGOING, AlertingIndication, words[0], tmp_path / "caller.wav")
    called = End(e1_pair.far, Use.INCOMING, ThroughIndication, words[1], tmp_path / "called.wav")

    async def story() -> None:
        caller.start()
        called.start()
        await asyncio.sleep(0.2)
        caller.circuit.setup("1", CallingParty("3188888", 1))
        await asyncio.sleep(4.0)
        for end in (caller, called):
            end.recording.stop()

    clock(story(), e1_pair.frames)
    # the called end speaks when it has stopped KB: the caller hears that right behind it
    heard = caller.side(0)
    answer = begins(heard, words[1])
    kb_heard = kb_ends(heard, answer)
    assert (answer - kb_heard) / SAMPLES_A_MS <= AIM_MS
    # the caller's end speaks when it has heard that KB has ended
    question = begins(caller.side(1), words[0])
    assert (question - kb_heard) / SAMPLES_A_MS <= AIM_MS
