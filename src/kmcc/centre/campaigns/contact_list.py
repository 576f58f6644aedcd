"""The list of a campaign: CSV with a header; `number` (and `number2` ...), perhaps `id` and `zone`, and columns to say.

Numbers are not judged here: the pre-flight check says of each why it is skipped.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from kmcc.centre.campaigns.errors import ContactListError
from kmcc.centre.campaigns.talk import LANGUAGE
from kmcc.switch.announce import Language
from kmcc.switch.autodial.plan import Contact

NUMBER: Final = re.compile(r"number([2-9])?")
LANGUAGES: Final = tuple(language.value for language in Language)
MAX_CONTACTS: Final = 1_000_000


def read_contacts(text: str, name: str, *, said: frozenset[str] = frozenset()) -> tuple[Contact, ...]:
    """The contacts of this CSV text. `said` are columns that the script reads out. ContactListError names the line."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = next(rows, [])
    _check_header(header, name, said)
    seen: dict[str, int] = {}
    contacts: list[Contact] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        contact = _contact(header, row, f"{name} line {rows.line_num}", said)
        if contact.id in seen:
            where = f"{name} line {rows.line_num}"
            raise ContactListError(where, f'id "{contact.id}" of line {seen[contact.id]}', "another id")
        seen[contact.id] = rows.line_num
        contacts.append(contact)
        if len(contacts) > MAX_CONTACTS:
            raise ContactListError(name, f"more than {MAX_CONTACTS} contacts", "several campaigns")
    return tuple(contacts)


def _check_header(header: list[str], name: str, said: frozenset[str]) -> None:
    where = f"{name} line 1"
    if "number" not in header:
        raise ContactListError(where, f'header "{",".join(header)[:60]}"', "a header with a column number")
    if len(set(header)) < len(header):
        raise ContactListError(where, "two columns of one name", "each name once")
    missing = sorted(said - set(header))
    if missing:
        raise ContactListError(where, f"no column {missing[0]}", "it, for it is read out in the call")


def _contact(header: list[str], row: list[str], where: str, said: frozenset[str]) -> Contact:
    if len(row) != len(header):
        raise ContactListError(where, f"{len(row)} columns", f"{len(header)}, as in the header")
    cells = {key: cell.strip() for key, cell in zip(header, row, strict=True)}
    for column in sorted(said):
        if not (cells[column].isascii() and cells[column].isdigit()):
            raise ContactListError(where, f'{column} "{cells[column]}"', "digits, for they are read out in the call")
    language = cells.get(LANGUAGE)
    if language is not None and language not in LANGUAGES:
        raise ContactListError(where, f'language "{language}"', " or ".join(LANGUAGES))
    data = {key: cell for key, cell in cells.items() if NUMBER.fullmatch(key) is None and key not in ("id", "zone")}
    numbers = tuple(dict.fromkeys(_numbers(cells)))
    return Contact(cells.get("id") or cells["number"], numbers, _zone(cells.get("zone"), where), data)


def _numbers(cells: dict[str, str]) -> Iterator[str]:
    """The first one even when it is empty, so that the check can say so."""
    yield cells["number"]
    yield from (cell for key, cell in cells.items() if key != "number" and NUMBER.fullmatch(key) and cell)


def _zone(name: str | None, where: str) -> ZoneInfo | None:
    if not name:
        return None
    if name not in available_timezones():
        raise ContactListError(where, f'zone "{name}"', 'a time zone of this machine, such as "Asia/Urumqi"')
    return ZoneInfo(name)
