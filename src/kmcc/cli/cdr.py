"""`kmcc cdr`: call records of a CDR file, listed, and rated by an operator's tariffs."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from kmcc.config.tariff_file import load_tariffs
from kmcc.switch.cdr import CSV_COLUMNS, Cdr, CdrError

app = typer.Typer(help="Call records.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="Call records; store.cdr of kmcc.toml names the file.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a record.")]
Chain = Annotated[str | None, typer.Option("--chain", help="Only the legs of this call, and calls that continue it.")]
Number = Annotated[str | None, typer.Option("--number", help="Only legs that were called by or from this number.")]
FEN_A_YUAN: Final = 100


@app.command("list")
def list_(file: File, *, chain: Chain = None, number: Number = None, wants_json: Json = False) -> None:
    """The records in the order of their ends."""
    for cdr in _wanted(_records(file), chain, number):
        print(json.dumps(_as_json(cdr), ensure_ascii=False) if wants_json else _line(cdr))


@app.command()
def rate(
    file: File,
    tariffs: Annotated[Path, typer.Option(help="The tariffs, a TOML file.")],
    *,
    chain: Chain = None,
    number: Number = None,
    wants_json: Json = False,
) -> None:
    """What each leg costs, and the sum of each charge class."""
    made = load_tariffs(tariffs)
    sums: Counter[str] = Counter()
    for cdr in _wanted(_records(file), chain, number):
        charge = made.rate(cdr)
        sums[cdr.charge_class or "-"] += charge.fen
        if wants_json:
            lines = [asdict(line) for line in charge.lines]
            print(json.dumps({"id": cdr.id, "fen": charge.fen, "why": charge.why, "lines": lines}))
        else:
            print(f"{_line(cdr)}: {_yuan(charge.fen)} ({charge.why})")
    if not wants_json:
        for name, fen in sorted(sums.items()):
            print(f"{name}: {_yuan(fen)}")


def _records(path: Path) -> Iterator[Cdr]:
    """Row by row; CdrError with its line for one that is none. A last line that is being written is left out."""
    with path.open(encoding="utf-8", newline="") as file:
        header = file.readline().rstrip("\r\n")
        if header != ",".join(CSV_COLUMNS):
            raise CdrError(str(path), "the file begins with other columns, expected call records of this version")
        for number, line in enumerate(file, start=2):
            if not line.endswith("\n"):
                return
            try:
                yield Cdr.from_csv_row(next(csv.reader([line])))
            except (CdrError, csv.Error, StopIteration) as error:
                raise CdrError(f"{path}:{number}", f"is no record: {error}") from None


def _wanted(records: Iterable[Cdr], chain: str | None, number: str | None) -> Iterator[Cdr]:
    for cdr in records:
        if chain is not None and chain not in (cdr.chain, cdr.continues):
            continue
        if number is None or number in (cdr.called, cdr.calling):
            yield cdr


def _as_json(cdr: Cdr) -> dict[str, Any]:
    return dict(zip(CSV_COLUMNS, cdr.to_csv_row(), strict=True))


def _line(cdr: Cdr) -> str:
    return (
        f"{cdr.offered_at:%Y-%m-%d %H:%M:%S} {cdr.id} {cdr.direction.value} {cdr.circuit} "
        f"{cdr.calling or '-'} -> {cdr.called or '-'}, {cdr.duration_ms / 1000:.1f} s, {cdr.cause.words}"
    )


def _yuan(fen: int) -> str:
    return f"{fen // FEN_A_YUAN}.{fen % FEN_A_YUAN:02d} yuan"
