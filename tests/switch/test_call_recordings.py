"""Which calls are recorded, what the index is told, and that a full disk costs recordings and no call."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.house.aftermath import assert_wav_is_whole
from tests.switch.at_rest import rest

from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import FLOOR_OCTETS, MemoryJournal, Plant, Rig
from kmcc.switch.call import Call
from kmcc.switch.circuit import Cause
from kmcc.switch.disk_guard import DiskGuard
from kmcc.switch.recording_entry import RecordingEntry
from kmcc.switch.recording_rules import RecordingMode, RecordingRefusedError, RecordingRule, RecordingRules, lot

DESK = frozenset({"desk"})
NEVER = RecordingMode.NEVER
ENTRY = RecordingEntry(Path("a.wav"), "a", "always", datetime(2000, 5, 22, tzinfo=UTC), 60_000, 60_000, 0)


async def _desk(call: Call) -> None:
    await call.answer()
    await call.sleep(4.0)


async def _seat_joins(call: Call) -> None:
    await call.answer()
    await call.sleep(1.0)
    call.seat = "801"
    await call.sleep(3.0)


async def _one_call(rig: Rig) -> None:
    async with rig.caller() as caller:
        caller.seize("1000")
        assert await caller.released() is Cause.CALLED_HUNG_UP
    await rest(rig)


# --- rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "mode"),
    [
        (RecordingRules(), RecordingMode.ALWAYS),
        (RecordingRules(otherwise=NEVER), NEVER),
        (RecordingRules([RecordingRule(RecordingMode.COMPULSORY, services=DESK)], NEVER), RecordingMode.COMPULSORY),
        (RecordingRules([RecordingRule(NEVER, seats=frozenset({"802"}))]), RecordingMode.ALWAYS),
        (RecordingRules([RecordingRule(NEVER, groups=frozenset({"in"}))]), NEVER),
        (RecordingRules([RecordingRule(NEVER, percent=0)]), RecordingMode.ALWAYS),
        (RecordingRules([RecordingRule(NEVER), RecordingRule(RecordingMode.COMPULSORY)]), NEVER),
    ],
)
def test_the_first_rule_that_fits_counts(rules: RecordingRules, mode: RecordingMode) -> None:
    assert rules.mode_of("a", "desk", "801", "in") is mode


@given(st.integers(0, 100))
def test_a_share_of_the_calls(percent: int) -> None:
    rules = RecordingRules([RecordingRule(RecordingMode.ALWAYS, percent=percent)], NEVER)
    calls = [f"000522090000-{n:05d}" for n in range(2000)]
    recorded = sum(rules.mode_of(call, None, None, "in").starts for call in calls)
    assert abs(recorded / len(calls) - percent / 100) < 0.05
    assert all(lot(call) in range(100) for call in calls)


def test_a_rule_of_a_service_begins_when_the_service_is_known(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        rules = RecordingRules([RecordingRule(RecordingMode.ALWAYS, services=DESK)], NEVER)
        async with sim({"desk": _desk}, plant=Plant(rules=rules)) as rig:
            await _one_call(rig)
            async with rig.caller() as caller:
                caller.seize("9")  # no such number
                await caller.released()
            await rest(rig)
            assert [record.recording is not None for record in rig.records] == [True, False]
            (entry,) = rig.index
            assert (entry.service, entry.called, entry.calling) == ("desk", "1000", "3190001")
            assert entry.is_whole
            assert 4000 <= entry.duration_ms <= 6000  # what the desk's four seconds are, with alerting and release
            assert_wav_is_whole(rig.recordings / entry.file)

    clock(main())


def test_a_rule_of_a_seat_begins_when_it_talks_with_the_caller(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        rule = RecordingRule(RecordingMode.COMPULSORY, seats=frozenset({"801"}))
        async with sim({"desk": _seat_joins}, plant=Plant(rules=RecordingRules([rule], NEVER))) as rig:
            await _one_call(rig)
            (entry,) = rig.index
            assert (entry.seat, entry.mode) == ("801", "compulsory")
            assert 3000 <= entry.talk_ms < 4000

    clock(main())


def test_on_demand_is_a_file_each_time(sim: Sim, clock: Clock) -> None:
    rigs: list[Rig] = []

    async def flow(call: Call) -> None:
        await call.answer()
        for _ in range(2):
            rigs[0].calls.recordings.start(call.id)
            await call.sleep(1.0)
            rigs[0].calls.recordings.stop(call.id)
            await call.sleep(1.0)

    async def main() -> None:
        rules = RecordingRules(otherwise=RecordingMode.ON_DEMAND)
        async with sim({"desk": flow}, plant=Plant(rules=rules)) as rig:
            rigs.append(rig)
            await _one_call(rig)
            call = rig.records[0].chain
            assert [str(entry.file) for entry in rig.index] == [f"{call}.wav", f"{call}-2.wav"]
            assert all(abs(entry.duration_ms - 1000) <= 16 for entry in rig.index)

    clock(main())


@pytest.mark.parametrize(("mode", "may_start", "may_stop"), [("COMPULSORY", True, False), ("NEVER", False, True)])
def test_what_may_be_ordered(mode: str, may_start: bool, may_stop: bool, sim: Sim, clock: Clock) -> None:
    rigs: list[Rig] = []
    refusals: list[str] = []

    async def flow(call: Call) -> None:
        await call.answer()
        for order, may in ((rigs[0].calls.recordings.start, may_start), (rigs[0].calls.recordings.stop, may_stop)):
            try:
                order(call.id)
            except RecordingRefusedError as error:
                refusals.append(str(error))
                assert not may
        await call.sleep(1.0)

    async def main() -> None:
        async with sim({"desk": flow}, plant=Plant(rules=RecordingRules(otherwise=RecordingMode[mode]))) as rig:
            rigs.append(rig)
            await _one_call(rig)
            assert len(refusals) == 1
            assert len(rig.index) == (1 if mode == "COMPULSORY" else 0)
            with pytest.raises(RecordingRefusedError, match="is not up"):
                rig.calls.recordings.start("nobody")

    clock(main())


def test_what_has_to_be_recorded_stays_recorded_whoever_joins(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        rules = [
            RecordingRule(NEVER, seats=frozenset({"801"})),
            RecordingRule(RecordingMode.COMPULSORY, services=DESK),
        ]
        async with sim({"desk": _seat_joins}, plant=Plant(rules=RecordingRules(rules))) as rig:
            await _one_call(rig)
            (entry,) = rig.index
            assert entry.talk_ms >= 4000

    clock(main())


# --- gaps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration_ms", "lost", "gap_ms"),
    [(60_000, 0, 0), (59_700, 0, 0), (59_000, 0, 1000), (61_000, 0, 1000), (59_990, 16, 10), (60_000, 16, 0)],
)
def test_what_counts_as_a_gap(duration_ms: int, lost: int, gap_ms: int) -> None:
    entry = replace(ENTRY, duration_ms=duration_ms, lost_octets=lost)
    assert entry.gap_ms == gap_ms
    assert entry.is_whole == (not lost and not gap_ms)


def test_a_recorder_that_was_not_fed_is_an_alarm_and_marked_in_the_index(sim: Sim, clock: Clock) -> None:
    """The engine's recorder is taken off behind the call's back, as a fault of the media would."""
    rigs: list[Rig] = []

    async def flow(call: Call) -> None:
        await call.answer()
        await call.sleep(1.0)
        rigs[0].engine.stop_record(call.port)
        await call.sleep(3.0)

    async def main() -> None:
        async with sim({"desk": flow}) as rig:
            rigs.append(rig)
            await _one_call(rig)
            (entry,) = rig.index
            assert 2500 <= entry.gap_ms <= 4500
            (alarm,) = rig.journal.of("alarm.recording_gap")
            assert (alarm.fields["call"], alarm.fields["gap_ms"]) == (entry.call, entry.gap_ms)

    clock(main())


# --- room -----------------------------------------------------------------------------------------------------------


def test_a_full_disk_stops_new_recordings_and_no_call(sim: Sim, clock: Clock) -> None:
    room = [FLOOR_OCTETS * 10]

    async def main() -> None:
        plant = Plant(free_octets=lambda _: room[0])
        async with sim({"desk": _desk}, plant=plant) as rig:
            await _one_call(rig)
            room[0] = FLOOR_OCTETS - 1
            await _one_call(rig)
            await _one_call(rig)
            room[0] = FLOOR_OCTETS + 1  # on the verge: not yet
            await _one_call(rig)
            room[0] = FLOOR_OCTETS * 2
            await _one_call(rig)
            assert [record.recording is not None for record in rig.records] == [True, False, False, False, True]
            assert [record.cause for record in rig.records] == [Cause.NORMAL] * 5
            assert len(rig.index) == 2
            assert len(rig.journal.of("alarm.recordings_disk")) == len(rig.journal.of("recordings.resumed")) == 1

    clock(main())


def test_a_folder_that_cannot_be_asked_is_tried(clock: Clock) -> None:
    def broken(_: Path) -> int:
        raise OSError("no such device")

    async def main() -> None:
        assert DiskGuard(Path("nowhere"), 1, MemoryJournal(), broken).has_room()
        assert not DiskGuard(Path("/"), 1 << 62, MemoryJournal()).has_room()
        await asyncio.sleep(0)

    clock(main())
