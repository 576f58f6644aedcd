"""Legs that were up when the process was killed: each leaves one record, whatever had reached the disk by then."""

import errno
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kmcc.store import open_legs
from kmcc.store.open_legs import OpenLegFile, records_of
from kmcc.store.record_repair import restore_open_legs
from kmcc.switch.cdr import Cdr, CsvCdrFile, EndedBy, LegDirection
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.legbook import LegEntry

START = datetime(2000, 5, 22, 9, 0, tzinfo=UTC)


def leg(n: int) -> LegEntry:
    return LegEntry(f"000522-{n:05d}", 1, LegDirection.IN, f"in/{n % 30 + 1}", START + timedelta(seconds=n))


def test_what_is_known_of_a_leg_comes_back(tmp_path: Path) -> None:
    entry = leg(1)
    file = OpenLegFile(tmp_path / "open")
    file.note(entry)
    entry.called, entry.calling = "1000", CallingParty("3190001", 1)
    entry.service, entry.seat, entry.waiting_ms = "centre", "801", 1250
    entry.answered_at = START + timedelta(seconds=2.5)
    entry.recording, entry.charge_class, entry.units, entry.continues = Path("a.wav"), "local", 3, "000521-00007"
    file.note(entry)
    file.shut()
    again = OpenLegFile(tmp_path / "open")
    assert again.left == (entry,)
    again.close(entry)
    assert (tmp_path / "open").read_bytes() == b""


def test_a_record_ends_with_the_last_sign_of_life(tmp_path: Path) -> None:
    answered, ringing, late = leg(1), leg(2), leg(60)
    answered.answered_at = START + timedelta(seconds=10)
    (tmp_path / "kept.wav").touch()
    answered.recording, ringing.recording = Path("kept.wav"), Path("never.wav")
    died_at = START + timedelta(seconds=30)
    records = records_of((answered, ringing, late), died_at, tmp_path)
    assert [(r.released_at, r.charged, r.cause, r.ended_by) for r in records] == [
        (died_at, True, Cause.SYSTEM_FAULT, EndedBy.CENTRE),
        (died_at, False, Cause.SYSTEM_FAULT, EndedBy.CENTRE),
        (START + timedelta(seconds=60), False, Cause.SYSTEM_FAULT, EndedBy.CENTRE),
    ]
    assert [r.recording for r in records] == [Path("kept.wav"), None, None]


def test_a_torn_line_is_as_if_it_had_not_been_written(tmp_path: Path) -> None:
    path = tmp_path / "open"
    file = OpenLegFile(path)
    file.note(leg(1))
    file.note(leg(2))
    whole = path.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert OpenLegFile(path).left == (leg(1),)


def test_a_house_that_is_never_idle_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_legs, "REWRITE_LINES", 50)
    file = OpenLegFile(tmp_path / "open")
    file.note(leg(0))
    for n in range(1, 1000):
        file.note(leg(n))
        file.close(leg(n))
        assert (tmp_path / "open").read_bytes().count(b"\n") <= 51
    assert OpenLegFile(tmp_path / "open").left == (leg(0),)


@pytest.mark.parametrize("taken", [0, 7])
def test_what_a_full_disk_did_not_take_follows_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """A disk takes nothing (ENOSPC) or a part of a line; then there is room, and the process is killed."""
    file = OpenLegFile(tmp_path / "open")
    file.note(leg(1))
    write = os.write
    with monkeypatch.context() as full:

        def fails(fd: int, octets: bytes) -> int:
            if taken == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(fd, octets[:taken])

        full.setattr(os, "write", fails)
        file.note(leg(2))
        file.note(leg(3))
        file.close(leg(1))
        file.note(leg(4))
    assert leg(4) not in OpenLegFile(_copy(tmp_path)).left
    file.close(leg(3))
    assert OpenLegFile(_copy(tmp_path)).left == (leg(2), leg(4))
    file.close(leg(2))
    file.close(leg(4))
    assert (tmp_path / "open").read_bytes() == b""


def _copy(folder: Path) -> Path:
    """As a start after a kill finds it; the process lives on with its own."""
    (folder / "copy").write_bytes((folder / "open").read_bytes())
    return folder / "copy"


def test_without_room_for_a_second_file_the_first_one_grows_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_legs, "REWRITE_LINES", 10)
    file = OpenLegFile(tmp_path / "open")
    file.note(leg(0))
    (tmp_path / "open.new").mkdir()  # no second file can be made
    for n in range(1, 30):
        file.note(leg(n))
        file.close(leg(n))
    assert OpenLegFile(_copy(tmp_path)).left == (leg(0),)
    (tmp_path / "open.new").rmdir()
    for n in range(30, 60):
        file.note(leg(n))
        file.close(leg(n))
    assert (tmp_path / "open").read_bytes().count(b"\n") <= 11
    assert OpenLegFile(_copy(tmp_path)).left == (leg(0),)


class Crashes(RuleBasedStateMachine):
    """Legs begin, are answered and end; the process is killed between any two writes, and starts again."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.begun: list[str] = []
        self.up: list[LegEntry] = []
        self.now = START
        self._start()

    def _start(self) -> None:
        self.csv = CsvCdrFile(self.folder / "cdr.csv")
        self.open = OpenLegFile(self.folder / "cdr.csv.open")

    def teardown(self) -> None:
        """Nothing waits in the process: closing the files is what a kill does to them."""
        self.csv.close()
        self.open.shut()

    @rule()
    def leg_begins(self) -> None:
        self.now += timedelta(seconds=1)
        entry = leg(len(self.begun))
        self.begun.append(f"{entry.chain}-1")
        self.up.append(entry)
        self.open.note(entry)

    @precondition(lambda self: self.up)
    @rule(data=st.data())
    def leg_is_answered(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.up))
        entry.answered_at = entry.offered_at
        self.open.note(entry)

    @precondition(lambda self: self.up)
    @rule(data=st.data(), is_told=st.booleans())
    def leg_ends(self, data: st.DataObject, is_told: bool) -> None:
        """Killed between the record and what tells that it is written, when not `is_told`."""
        entry = data.draw(st.sampled_from(self.up))
        self.csv.write(entry.record(entry.offered_at, Cause.NORMAL, EndedBy.CALLER))
        if is_told:
            self.up.remove(entry)
            self.open.close(entry)
        else:
            self.killed()

    @rule()
    def killed(self) -> None:
        self.teardown()
        self._start()
        restore_open_legs(self.open, self.csv, self.folder / "cdr.csv", self.now, self.folder)
        self.up.clear()

    @invariant()
    def every_leg_has_one_record_or_is_up(self) -> None:
        lines = (self.folder / "cdr.csv").read_text(encoding="utf-8").splitlines()[1:]
        up = [f"{entry.chain}-1" for entry in self.up]
        assert sorted([line.partition(",")[0] for line in lines] + up) == sorted(self.begun)


TestCrashes = Crashes.TestCase


@given(units=st.integers(0, 5), is_answered=st.booleans())
def test_no_unit_is_counted_before_the_answer(units: int, is_answered: bool) -> None:
    entry = leg(1)
    if is_answered:
        entry.answered_at = entry.offered_at
    for _ in range(units):
        entry.note_unit()
    record: Cdr = entry.record(entry.offered_at, Cause.NORMAL, EndedBy.CALLER)
    assert record.units == (units if is_answered else 0)
