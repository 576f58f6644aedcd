"""Tables of docs/ that are lists of names: engine, causes, CDR columns, configuration, metrics, tables of the store."""

import re
from collections.abc import Mapping
from datetime import time
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Le
from prometheus_client.metrics_core import CounterMetricFamily
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kmcc.cli import exit_codes as codes
from kmcc.config import Config
from kmcc.config.channels import channel_words
from kmcc.config.sections import Section
from kmcc.console.engine_metrics import EngineFigures
from kmcc.console.metrics import Figures, families
from kmcc.console.queue_metrics import queue_families
from kmcc.console.queues import QueuesNow
from kmcc.dsp.callerid_delivery import DELIVERIES, FskForm
from kmcc.dsp.callerid_dtmf import DtmfForm
from kmcc.dsp.tone import CHINA_TONES
from kmcc.dsp.tone_plans import PROFILES
from kmcc.store.tables import Base
from kmcc.switch.cdr import CSV_COLUMNS
from kmcc.switch.circuit import Cause

Rows = list[tuple[object, ...]]
Made = tuple[tuple[str, ...], Rows]
HEADER: Final = Path(__file__).parents[1] / "dsp" / "csrc" / "engine.h"

# --- dsp ------------------------------------------------------------------------------------------------------------


def engine_events() -> Made:
    return ("event", "meaning"), _enumerators("engine_event_kind")


def engine_ops() -> Made:
    return ("command", "meaning"), _enumerators("engine_op")


def _enumerators(enum: str) -> Rows:
    """Names and comments of a C enum; a name without one speaks for itself."""
    text = HEADER.read_text(encoding="utf-8")
    block = text.partition(f"enum {enum} {{")[2].partition("};")[0]
    found = re.findall(r"^\t([A-Z]\w+)(?: = 1)?,?[ \t]*(?:/\* ((?:[^*]|\*(?!/))*) \*/)?$", block, re.MULTILINE)
    return [(f"`{name}`", " ".join(comment.split())) for name, comment in found]


def tones() -> Made:
    rows: Rows = [
        (
            f"`{name}`",
            ", ".join(f"{hz:g}" for hz in tone.hz),
            f"{tone.dbm0[0]:g}",
            " ".join(f"{on}/{off}" for on, off in tone.cadence_ms) or "continuous",
        )
        for name, tone in CHINA_TONES.items()
    ]
    return ("tone", "Hz", "dBm0", "on/off, ms"), rows


def deliveries() -> Made:
    rows: Rows = [
        (f"`{name}`", one.moment.value, _form(one.form), one.before_ms, one.after_ms)
        for name, one in DELIVERIES.items()
    ]
    return ("delivery", "the data follow", "form", "before", "after"), rows


def _form(form: FskForm | DtmfForm) -> str:
    if isinstance(form, DtmfForm):
        return f"DTMF {form.start} number {form.end}, {form.on_ms}/{form.off_ms} ms"
    burst = form.burst
    bits = f"{burst.seizure} + {burst.marks} bits"
    return f"{burst.standard.name}, {form.message.value:02X}H, {bits}, {burst.mark_dbm0} dBm0"


def tone_profiles() -> Made:
    rows: Rows = [
        (
            profile.name,
            f"`{tone.name}`",
            " ".join(f"{'+'.join(f'{hz:g}' for hz in step.hz) or '-'}:{step.ms or 'on'}" for step in tone.steps),
            tone.needed,
            "" if tone.early_ms is None else f"{tone.early_ms:g}",
        )
        for profile in PROFILES.values()
        for tone in profile.tones
    ]
    return ("profile", "tone", "Hz:ms, - = pause", "parts needed", "the last after, ms"), rows


# --- switch ---------------------------------------------------------------------------------------------------------

CDR_WORDS: Final = {
    "id": "of the leg: chain and leg",
    "chain": "of the call; the same for all its legs, and the name of its recording",
    "leg": "from 1: the caller's side, or the party that we dialled",
    "direction": "in or out, seen from the centre",
    "circuit": "trunk group and channel",
    "called": "number that was called",
    "calling": "number of the caller; empty = not given",
    "category": "KA of China No.1; empty = not given",
    "dialled_code": "service code that the caller dialled",
    "service": "which service took the call",
    "seat": "who talked with the caller",
    "offered_at": "seizure, local time with zone, to the millisecond",
    "answered_at": "empty = nobody answered",
    "released_at": "end of the leg",
    "duration_ms": "answer to release; 0 = not answered",
    "waiting_ms": "time in the queue; empty = never queued",
    "cause": "see the table of causes",
    "q850": "its Q.850 number",
    "ended_by": "caller, called or centre",
    "charged": "yes or no",
    "recording": "file in the folder of recordings",
    "charge_class": "tariff, of the row of the number plan",
    "units": "meter indications of the circuit",
    "continues": "chain of the call in which this one was promised (call back)",
}


def cdr() -> Made:
    return ("column", "what"), [(f"`{column}`", CDR_WORDS[column]) for column in CSV_COLUMNS]


def cause() -> Made:
    return ("cause", "Q.850"), [(one.words, one.q850) for one in Cause]


# --- roof -----------------------------------------------------------------------------------------------------------

EXIT_WORDS: Final = {
    "OK": "done",
    "INTERNAL": "a fault of ours; a traceback follows",
    "BAD_INPUT": "usage, configuration or a file that is not what it should be",
    "NO_BOARD": "the board is not there, or refuses",
    "INTERRUPTED": "interrupted at the terminal; `kmcc run` ends with 0 then",
}


def exit_codes() -> Made:
    named = {name: value for name, value in vars(codes).items() if name.isupper()}
    return ("code", "name", "meaning"), [(value, f"`{name}`", EXIT_WORDS[name]) for name, value in named.items()]


def metrics() -> Made:
    nothing = Figures((), (), (), 0, 0, 0, EngineFigures())
    rows: Rows = [
        (f"`{one.name}{'_total' if isinstance(one, CounterMetricFamily) else ''}`", one.type, one.documentation)
        for one in (*families(nothing), *queue_families(QueuesNow(seq=0, at="", services={}, seats={})))
    ]
    return ("metric", "type", "what"), rows


CONFIG_WORDS: Final = {
    ("centre", "time_zone"): "of calendar times and of the calling window",
    ("trunk_groups", "name"): "as in `route`, in call records and in metrics",
    ("trunk_groups", "board"): "which of [[boards]], from 0",
    ("trunk_groups", "span"): "of the board, from 0",
    ("trunk_groups", "signalling"): "the only one yet",
    ("digit_rules", "trunk_group"): "at whose border",
    ("trunk_groups", "calling"): "what the far exchange gets as the calling number",
    ("trunk_groups", "calling_number"): "in its place, where it is replaced",
    ("trunk_groups", "calling_category"): "category (KA) of all its outgoing calls; none = the caller's",
    ("trunk_groups", "profile"): "rows over the default profile, see china-no1.md",
    ("numbers", "prefix"): "first digits; the longest prefix wins",
    ("numbers", "min_digits"): "of the whole number",
    ("numbers", "max_digits"): "of the whole number",
    ("numbers", "service"): "who takes the call; service, route or both",
    ("numbers", "route"): "trunk group, or one of [[routes]], by which it leaves as an ordinary call",
    ("extensions", "number"): "by which it is called, and its calling number",
    ("extensions", "line"): "that no seat has",
    ("extensions", "board"): "of its line, from 0",
    ("extensions", "caller_id"): "how it is told who calls, see caller-id.md",
    ("extensions", "reversal"): "tells the answer of whom it has called by reversing the line's polarity",
    ("extensions", "charge_class"): "tariff of calls to it",
    ("extensions", "times"): "ms, rows of analogue.md",
    ("office_lines", "name"): "a trunk group, for `route` and `trunk_groups`",
    ("office_lines", "lines"): "that no seat and no extension has",
    ("office_lines", "number"): "ours at that exchange: what its callers have dialled",
    ("office_lines", "board"): "of its lines, from 0",
    ("office_lines", "direction"): '"in", "out" or "both"',
    ("office_lines", "search"): "which line a call takes, as for trunk groups",
    ("office_lines", "dialling"): '"dtmf" or "pulse"',
    ("office_lines", "reversal"): "that exchange tells the answer by reversal; else the first voice does",
    ("office_lines", "waits_for_dial_tone"): "or dials without, after `blind_dial`",
    ("office_lines", "answers_after_rings"): "2 leaves time for caller ID",
    ("office_lines", "times"): "ms, rows of analogue.md",
    ("routes", "name"): "as in `route` of numbers; no trunk group has it",
    ("routes", "trunk_groups"): "tried in turn, the direct one first",
    ("numbers", "transit"): "who sends the number on by the route: we, or the caller's exchange itself (A2)",
    ("numbers", "trunk_groups"): "whose calls it is for, none = all; goes before a row of the prefix without them",
    ("numbers", "charge_class"): "tariff of the call",
    ("numbers", "control"): "who controls the release of a call that arrives; none = as the profile says",
    ("numbers", "ani_after_digits"): "where to ask for the calling number, 0 = never; none = as the profile says",
    ("seats", "id"): "as in call records",
    ("seats", "line"): "of its telephone, from 0",
    ("seats", "board"): "of its telephone, from 0",
    ("seats", "skills"): "service = level 1 to 9, a higher one is better",
    ("seats", "languages"): "that its agent speaks",
}
"""Of keys that the example leaves without a comment."""


def config() -> Made:
    """Every key with its limits and its default, and the comment that `kmcc init` writes beside it."""
    words = CONFIG_WORDS | _comments(files("kmcc.cli").joinpath("kmcc.toml").read_text(encoding="utf-8"))
    rows: Rows = []
    for section, info in Config.model_fields.items():
        model, many = _model(info.annotation)
        for key, field in model.model_fields.items():
            name = f"[[{section}]] {key}" if many else f"[{section}] {key}"
            rows.append((f"`{name}`", _limits(field), _default(field, is_many=many), words[section, key]))
    return ("key", "value", "default", "meaning"), rows


def _model(annotation: Any) -> tuple[type[Section], bool]:
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def _comments(example: str) -> dict[tuple[str, str], str]:
    """The first comment behind each key of the example, by section and key."""
    found: dict[tuple[str, str], str] = {}
    section = ""
    for line in example.splitlines():
        if head := re.fullmatch(r"(?:# )?\[\[?(\w+)\]\]?", line):
            section = head[1]
        elif pair := re.fullmatch(r"(?:# )?(\w+) = .*?\s# (.+)", line):
            found.setdefault((section, pair[1]), pair[2])
    return found


def _limits(field: FieldInfo) -> str:
    low = next((one.ge for one in field.metadata if isinstance(one, Ge)), None)
    high = next((one.le for one in field.metadata if isinstance(one, Le)), None)
    return _type(field.annotation) if low is None else f"{low} to {high}" if high is not None else f"{low} or more"


TYPE_WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "true or false",
    time: "time of day",
    SecretStr: "text",
}


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Annotated:
        return _type(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return ", ".join(_type(one) if get_origin(one) is Literal else str(one) for one in get_args(annotation))
    if type(None) in get_args(annotation):
        return " or ".join(_type(one) for one in get_args(annotation) if one is not type(None))
    if get_origin(annotation) in {dict, tuple}:
        return {dict: "table", tuple: "list"}[get_origin(annotation)]
    return TYPE_WORDS[annotation]


def _default(field: FieldInfo, *, is_many: bool) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is None or value in ("", {}):
        return "none"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{value}`" if is_many and "://" in str(value) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return channel_words(value) if all(isinstance(one, int) for one in value) else ", ".join(map(str, value))
    return str(value)


# --- store ----------------------------------------------------------------------------------------------------------

STORED_WORDS: Final = {
    "customers": "who has a number, under which contract, with which grade and language",
    "credentials": "one salted scrypt hash a contract; the password itself is nowhere",
    "login_attempts": "failures in a row, and until when an account is locked",
    "bills": "amount of a month in fen, and when it was paid",
    "changed_numbers": "old number, new number, from when until when, and which variant",
    "reminders": "debtors to be called and what became of them",
    "campaigns": "autodial campaigns with the file they were made of, and their state",
    "campaign_contacts": "whom a campaign calls, who is skipped and why, and how far each is",
    "campaign_attempts": "every call of a campaign: written before it is dialled, closed after it",
    "campaign_answers": "keys that a contact pressed at a question",
    "do_not_call": "numbers that no campaign calls",
    "jobs": "what the scheduler is to do and when, and what became of it",
    "recordings": "one row a file of the folder of recordings, with its SHA-256 and what is missing of the talk",
    "call_records": "one row a leg, the columns of the CDR file; never changed",
    "fax_requests": "documents that callers asked for by fax, once a call and number",
}


def stored() -> Made:
    rows: Rows = [
        (
            f"`{table.name}`",
            ", ".join(column.name for column in table.primary_key.columns),
            ", ".join(column.name for column in table.columns if not column.primary_key),
            STORED_WORDS[table.name],
        )
        for table in Base.metadata.sorted_tables
    ]
    return ("table", "key", "columns", "holds"), rows
