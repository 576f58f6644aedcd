"""The books of a run: right ones pass, and each kind of damage is named."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import pytest

from kmcc.dsp.wav import write_alaw_wav
from kmcc.load.books import read_books
from kmcc.switch.cdr import CSV_COLUMNS, Cdr, EndedBy, LegDirection
from kmcc.switch.circuit import Cause

START = datetime(2000, 5, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
CDR = Cdr(
    id="c1-1",
    chain="c1",
    leg=1,
    direction=LegDirection.IN,
    circuit="in/1",
    called="1000",
    offered_at=START,
    answered_at=START + timedelta(seconds=1),
    released_at=START + timedelta(seconds=5),
    cause=Cause.CALLER_HUNG_UP,
    ended_by=EndedBy.CALLER,
    charged=True,
    recording=Path("c1.wav"),
)


def row(cdr: Cdr) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cdr.to_csv_row())
    return line.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One call that went well."""
    (tmp_path / "recordings").mkdir()
    write_alaw_wav(tmp_path / "recordings" / "c1.wav", b"\xd5" * 800, 2)
    (tmp_path / "cdr.csv").write_text(",".join(CSV_COLUMNS) + "\n" + row(CDR))
    (tmp_path / "events.jsonl").write_text(
        '{"seq":1,"t":1.0,"at":"x","kind":"call.seized","fields":{"call":"c1","circuit":"in/1"}}\n'
        '{"seq":2,"t":2.0,"at":"x","kind":"call.released","fields":{"call":"c1","cause":"normal"}}\n'
    )
    return tmp_path


def _append(name: str, text: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text() + text)

    return damage


def _cut_recording(folder: Path) -> None:
    path = folder / "recordings" / "c1.wav"
    path.write_bytes(path.read_bytes()[:-100])


def _empty_recording(folder: Path) -> None:
    (folder / "recordings" / "c1.wav").write_bytes(b"")


def _no_recording(folder: Path) -> None:
    (folder / "recordings" / "c1.wav").unlink()


def test_right_books(folder: Path) -> None:
    books = read_books(folder)
    assert books.faults == ()
    assert (len(books.calls), set(books.seized), books.events) == (1, {"c1"}, 2)


SEIZED = '{"seq":3,"t":3.0,"at":"x","kind":"call.seized","fields":{"call":"c2","circuit":"in/1"}}\n'


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (_append("cdr.csv", row(CDR)), "cdr c1-1: written 2 times"),
        (_append("cdr.csv", "c9,half\n"), "cdr.csv: a row of 2 columns"),
        (_append("cdr.csv", row(replace(CDR, id="c3-1", chain="c3"))), "call c3: a record, but"),
        (_append("events.jsonl", SEIZED), "call c2: seized, and has no record"),
        (_append("events.jsonl", SEIZED.replace('"seq":3', '"seq":4').replace("seized", "x")), "4 follows 2"),
        (_cut_recording, "recording c1.wav: the header says 800 octets of speech, the file holds 700"),
        (_empty_recording, "recording c1.wav: no WAV header"),
        (_no_recording, "recording c1.wav: is not there"),
    ],
)
def test_damage_is_named(folder: Path, damage: Callable[[Path], None], fault: str) -> None:
    damage(folder)
    (found,) = read_books(folder).faults
    assert fault in found
