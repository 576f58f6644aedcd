"""What a house leaves in its folder, read without our own readers where a format is concerned."""

import csv
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kmcc.store.call_records import CallRecords
from kmcc.store.database import Database
from kmcc.switch.cdr import CSV_COLUMNS, Cdr

ALAW, RATE_HZ, CHANNELS = 6, 8000, 2
SILENCE = 0xD5
EVER = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Logged:
    seq: int
    t: float
    at: datetime
    kind: str
    fields: Fields


def events(folder: Path) -> list[Logged]:
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Logged(e["seq"], e["t"], datetime.fromisoformat(e["at"]), e["kind"], e["fields"])
        for e in map(json.loads, lines)
    ]


def of_kind(log: list[Logged], kind: str, **fields: object) -> list[Logged]:
    return [e for e in log if e.kind == kind and fields.items() <= e.fields.items()]


def cdr_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "cdr.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def database_rows(folder: Path) -> list[dict[str, str]]:
    """The records of the database in the form of the file's."""
    database = Database(f"sqlite:///{folder}/kmcc.db")
    try:
        cdrs: tuple[Cdr, ...] = database.run_now(lambda session: CallRecords(session).offered_between(*EVER))
    finally:
        database.close()
    return [dict(zip(CSV_COLUMNS, cdr.to_csv_row(), strict=True)) for cdr in cdrs]


def legs_begun(log: list[Logged]) -> list[tuple[str, str]]:
    """(call, circuit) of each leg in the log."""
    return sorted((e.fields["call"], e.fields["circuit"]) for e in log if e.kind in ("call.seized", "call.placed"))


def check_records(folder: Path) -> None:
    """Each leg of the log has one record in the file, and the same one in the database."""
    rows = cdr_rows(folder)
    assert sorted((row["chain"], row["circuit"]) for row in rows) == legs_begun(events(folder))
    assert _facts(rows) == _facts(database_rows(folder))
    assert len({row["id"] for row in rows}) == len(rows)


def _facts(rows: list[dict[str, str]]) -> list[dict[str, object]]:
    """In the order of their ids; a moment is the same in every time zone."""
    ordered = sorted(rows, key=lambda row: row["id"])
    return [{k: datetime.fromisoformat(v) if v and k.endswith("_at") else v for k, v in row.items()} for row in ordered]


def check_recordings(folder: Path) -> None:
    """One recording a call, whole, and none that no record names."""
    named = sorted(row["recording"] for row in cdr_rows(folder) if row["recording"])
    assert named == sorted(path.name for path in (folder / "recordings").iterdir())
    assert len(named) == len({row["chain"] for row in cdr_rows(folder)})
    for name in named:
        stereo_alaw(folder / "recordings" / name)


def stereo_alaw(path: Path) -> bytes:
    """The samples of a recording whose header tells its true sizes (RIFF, WAVE format 6)."""
    octets = path.read_bytes()
    riff, size, wave = struct.unpack_from("<4sI4s", octets)
    assert (riff, wave, size) == (b"RIFF", b"WAVE", len(octets) - 8), path
    chunks, at = {}, 12
    while at < len(octets):
        name, length = struct.unpack_from("<4sI", octets, at)
        chunks[name] = octets[at + 8 : at + 8 + length]
        assert len(chunks[name]) == length, path
        at += 8 + length + length % 2
    assert struct.unpack_from("<HHIIHH", chunks[b"fmt "]) == (ALAW, CHANNELS, RATE_HZ, RATE_HZ * CHANNELS, CHANNELS, 8)
    samples = chunks[b"data"]
    assert struct.unpack("<I", chunks[b"fact"]) == (len(samples) // CHANNELS,)
    return samples
