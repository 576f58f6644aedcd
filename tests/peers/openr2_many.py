"""Five hundred calls in a row on thirty channels to libopenr2, both ways, with mixed delays and frame times."""

import asyncio
import os
from typing import Final

import pytest
from tests.peers.openr2 import Kind, PeerEvent, missing
from tests.peers.openr2_line import whole
from tests.peers.openr2_span import Far, OpenR2Span

from kmcc.dsp.engine import Engine
from kmcc.firmware_sim.clock import VirtualLoop, run_virtual
from kmcc.firmware_sim.rig import MemoryJournal
from kmcc.signaling.china1.profile import LOCAL
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import (
    AnswerIndication,
    CallingParty,
    CircuitState,
    IdleIndication,
    Indication,
    ReleaseIndication,
    SetupIndication,
)
from kmcc.switch.circuit import Cause as Why
from kmcc.switch.frames import FrameClock
from kmcc.switch.media import Media

if missing() is not None and "CI" not in os.environ:
    pytest.skip(str(missing()), allow_module_level=True)

CALLS: Final = 500
CALLED, CALLING = "1000", "3188"
DELAYS_MS: Final = tuple(range(0, 101, 10))
LIMIT_S: Final = 30.0  # of one call


class Channel:
    """One of the thirty, with our circuit and the library's end."""

    def __init__(self, n: int, media: Media, far: Far, journal: MemoryJournal) -> None:
        self.far = far
        self.told: list[Indication] = []
        self._news = asyncio.Event()
        self.circuit = China1Circuit(
            f"line/{n + 1}", n, media, LOCAL, use=Use.BOTH, analyse=whole(CALLED), journal=journal
        )
        self.circuit.attach(self._hear)
        self.circuit.start()

    def _hear(self, indication: Indication) -> None:
        self.told.append(indication)
        self._news.set()
        if isinstance(indication, SetupIndication):
            asyncio.get_running_loop().call_soon(self.circuit.answer)

    async def call(self, n: int) -> None:
        """One call from either side, released by either side."""
        is_ours, we_release = n % 2 == 0, n % 4 < 2
        self.told.clear()
        self.far.events.clear()
        if is_ours:
            self.circuit.setup(CALLED, CallingParty(CALLING, 1))
        else:
            self.far.place_call(CALLING, CALLED)
        await self._until(AnswerIndication)
        await asyncio.sleep(0.3 + n % 7 * 0.05)  # the answer has come to the library: clear forward must not cross it
        if we_release:
            self.circuit.release(Why.NORMAL)
        else:
            self.far.hang_up()
        await self._until(IdleIndication)
        await asyncio.sleep(0.5)
        self._check(is_ours=is_ours, we_release=we_release)

    async def _until(self, kind: type[Indication]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not any(isinstance(told, kind) for told in self.told):
                self._news.clear()
                await self._news.wait()

    def _check(self, *, is_ours: bool, we_release: bool) -> None:
        causes = [told.cause for told in self.told if isinstance(told, ReleaseIndication)]
        hung_up = Why.CALLED_HUNG_UP if is_ours else Why.CALLER_HUNG_UP
        assert causes == ([] if we_release else [hung_up])
        kinds = [event.kind for event in self.far.events]
        assert kinds.count(Kind.ENDED) == 1
        assert Kind.PROTOCOL_ERROR not in kinds
        if is_ours:
            offered = next(event for event in self.far.events if event.kind is Kind.OFFERED)
            assert offered == PeerEvent(Kind.OFFERED, 0, CALLING, CALLED)
        else:
            assert SetupIndication(CALLED, CallingParty(CALLING, 1)) in self.told


def test_five_hundred_calls_on_thirty_channels() -> None:
    board = OpenR2Span(delays_ms=DELAYS_MS, looks_ms=(10, 20), called_digits=len(CALLED))
    media = Media(Engine(spans=1, tick_samples=80))
    board.bind(media.engine)
    journal = MemoryJournal()
    done: list[int] = []

    async def main() -> None:
        with VirtualLoop.running().moved_by(FrameClock(board, media)):
            channels = [Channel(n, media, far, journal) for n, far in enumerate(board.channels)]
            await asyncio.sleep(0.5)
            waiting = iter(range(CALLS))

            async def work(channel: Channel) -> None:
                for n in waiting:
                    await channel.call(n)
                    done.append(n)

            await asyncio.gather(*(work(channel) for channel in channels))
            assert {channel.circuit.state for channel in channels} == {CircuitState.IDLE}

    with board:
        run_virtual(main())
    assert sorted(done) == list(range(CALLS))
    assert journal.of("circuit.alarm") == []
