import csv
import resource
import signal
from dataclasses import FrozenInstanceError, fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.cdr import CSV_COLUMNS, Cdr, CdrError, CdrSink, CsvCdrFile, EndedBy, LegDirection
from kmcc.switch.circuit import Cause

ZONE = timezone(timedelta(hours=8))
OFFERED = datetime(2001, 5, 1, 9, 0, 0, tzinfo=ZONE)
CDR = Cdr(
    id="7-1",
    chain="7",
    leg=1,
    direction=LegDirection.IN,
    circuit="kunming-in/7",
    called="1000",
    calling="8713135678",
    category=1,
    dialled_code="170",
    service="bills",
    seat="s12",
    offered_at=OFFERED,
    answered_at=OFFERED + timedelta(seconds=4),
    released_at=OFFERED + timedelta(seconds=65, milliseconds=250),
    waiting_ms=2_500,
    cause=Cause.CALLER_HUNG_UP,
    ended_by=EndedBy.CALLER,
    charged=True,
    recording=Path("rec/7-1.wav"),
    charge_class="local",
    units=2,
    continues="5",
)
ROW = (
    "7-1,7,1,in,kunming-in/7,1000,8713135678,1,170,bills,s12,2001-05-01T09:00:00.000+08:00,"
    "2001-05-01T09:00:04.000+08:00,2001-05-01T09:01:05.250+08:00,61250,2500,caller hung up,16,caller,yes,rec/7-1.wav,"
    "local,2,5"
)
UNANSWERED = replace(CDR, answered_at=None, charged=False, units=0, cause=Cause.ABANDONED, recording=None, seat=None)


def test_a_record_is_one_row_with_a_field_for_each_column() -> None:
    assert ",".join(CDR.to_csv_row()) == ROW
    assert len(CSV_COLUMNS) == len(CDR.to_csv_row())
    assert set(CSV_COLUMNS) - {"duration_ms", "q850"} == {field.name for field in fields(Cdr)}


def test_charging_starts_at_answer() -> None:
    assert (CDR.duration_ms, CDR.charged_ms) == (61_250, 61_250)
    assert (UNANSWERED.duration_ms, UNANSWERED.charged_ms) == (0, 0)
    assert replace(CDR, charged=False).charged_ms == 0


def test_what_there_is_not_is_an_empty_field() -> None:
    row = dict(zip(CSV_COLUMNS, UNANSWERED.to_csv_row(), strict=True))
    assert [row[name] for name in ("answered_at", "seat", "recording", "charged", "duration_ms")] == [
        "", "", "", "no", "0",
    ]  # fmt: skip


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        CDR.charged = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"released_at": OFFERED - timedelta(seconds=1)}, "offered <= answered <= released"),
        ({"answered_at": OFFERED - timedelta(seconds=1)}, "offered <= answered <= released"),
        ({"answered_at": OFFERED + timedelta(hours=1)}, "offered <= answered <= released"),
        ({"answered_at": None}, "charged, but never answered"),
        ({"waiting_ms": -1}, "waiting_ms is -1"),
        ({"offered_at": OFFERED.replace(tzinfo=None)}, "no time zone"),
        ({"leg": 0}, "leg is 0"),
    ],
)
def test_a_record_that_would_not_be_true(bad: dict[str, object], why: str) -> None:
    with pytest.raises(CdrError, match=f"CDR 7-1: .*{why}"):
        replace(CDR, **bad)  # type: ignore[arg-type]


seconds = st.integers(-10, 10)


@given(seconds, seconds)
def test_durations_are_never_negative(answered_s: int, released_s: int) -> None:
    answered, released = (OFFERED + timedelta(seconds=s) for s in (answered_s, released_s))
    if 0 <= answered_s <= released_s:
        assert replace(CDR, answered_at=answered, released_at=released).duration_ms == (released_s - answered_s) * 1000
    else:
        with pytest.raises(CdrError):
            replace(CDR, answered_at=answered, released_at=released)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_file_grows_by_one_flushed_line_a_record(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    file = CsvCdrFile(path)
    sink: CdrSink = file
    assert rows(path) == [list(CSV_COLUMNS)]
    sink.write(CDR)
    assert path.read_text().splitlines()[1:] == [ROW]
    sink.write(UNANSWERED)
    assert len(rows(path)) == 3
    file.close()
    with pytest.raises(CdrError, match="closed"):
        file.write(CDR)


def test_a_second_run_appends_without_a_second_header(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    for _ in range(2):
        with CsvCdrFile(path) as file:
            file.write(CDR)
    assert rows(path) == [list(CSV_COLUMNS), *[list(CDR.to_csv_row())] * 2]


def test_a_torn_last_line_is_kept_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    with CsvCdrFile(path) as file:
        file.write(CDR)
    path.write_text(path.read_text()[:-20])
    with CsvCdrFile(path) as file:
        file.write(UNANSWERED)
    assert rows(path)[2] == list(UNANSWERED.to_csv_row())
    assert len(rows(path)) == 3


def test_a_file_with_other_columns_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "cdr.csv"
    path.write_text("date,number\n")
    with pytest.raises(CdrError, match="other columns"):
        CsvCdrFile(path)
    assert path.read_text() == "date,number\n"


@given(st.text(alphabet='a,"\n\r，', max_size=6))
def test_any_text_survives_the_file(service: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cdr.csv"
        with CsvCdrFile(path) as file:
            file.write(replace(CDR, service=service))
        assert dict(zip(*rows(path), strict=True))["service"] == service


def test_a_disk_that_takes_no_more_loses_nothing(tmp_path: Path) -> None:
    """A file size limit stands in for a full disk: the record waits, and is whole when there is room again."""
    path = tmp_path / "cdr.csv"
    file = CsvCdrFile(path)
    file.write(CDR)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))
        file.write(replace(CDR, leg=2))
        assert file.unwritten_octets == len(ROW) + 1 - 10
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    file.write(replace(CDR, leg=3))
    assert file.unwritten_octets == 0
    file.close()
    with path.open(newline="") as rows:
        assert [row["leg"] for row in csv.DictReader(rows)] == ["1", "2", "3"]


def test_a_full_disk_is_told_at_the_start() -> None:
    with pytest.raises(CdrError, match="/dev/full: cannot be written"):
        CsvCdrFile(Path("/dev/full"))


@given(
    cause=st.sampled_from(Cause),
    sides=st.tuples(st.sampled_from(LegDirection), st.sampled_from(EndedBy)),
    waiting_ms=st.none() | st.integers(0, 10**7),
    seat=st.none() | st.text('0123456789s," ', min_size=1),
    is_answered=st.booleans(),
)
def test_a_row_reads_back(
    cause: Cause, sides: tuple[LegDirection, EndedBy], waiting_ms: int | None, seat: str | None, is_answered: bool
) -> None:
    cdr = replace(
        CDR if is_answered else UNANSWERED,
        cause=cause,
        direction=sides[0],
        ended_by=sides[1],
        waiting_ms=waiting_ms,
        seat=seat,
    )
    assert Cdr.from_csv_row(cdr.to_csv_row()) == cdr


@pytest.mark.parametrize(
    ("column", "text"),
    [("leg", "x"), ("leg", "0"), ("cause", "boredom"), ("charged", ""), ("offered_at", "2001"), ("direction", "up")],
)
def test_a_row_that_is_no_record_is_refused(column: str, text: str) -> None:
    row = dict(zip(CSV_COLUMNS, CDR.to_csv_row(), strict=True)) | {column: text}
    with pytest.raises(CdrError, match="7-1"):
        Cdr.from_csv_row(tuple(row.values()))


def test_a_torn_row_is_refused() -> None:
    with pytest.raises(CdrError, match="23 columns, expected 24"):
        Cdr.from_csv_row(CDR.to_csv_row()[:-1])
    with pytest.raises(CdrError, match="0 columns"):
        Cdr.from_csv_row(())
