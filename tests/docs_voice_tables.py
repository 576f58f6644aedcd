"""Tables of docs/voice.md: verbs with their keys, settings, variables, business functions, what is journalled."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kmcc.centre.functions import SIGNATURES
from kmcc.config.flow_rows import SettingsRow
from kmcc.config.flow_steps import VERBS
from kmcc.switch.voice.function import DONE
from kmcc.switch.voice.value import SAID_AS, Kind
from kmcc.switch.voice.visit import BUILT_IN, IMPLIES

Rows = list[tuple[object, ...]]
Made = tuple[tuple[str, ...], Rows]
TALK: Final = Path(__file__).parents[1] / "switch" / "voice" / "talk.py"

MEANING: Final[Mapping[str, str]] = {
    "play": "plays prompts and values to their end",
    "say": "says one variable; `say_as` = another way than that of its kind",
    "collect": "takes digits into a variable, ended by `#` or a pause; after `tries` in vain on at `nothing`",
    "menu": "plays and waits for a key; misses are told, and after `repeats` of them on at `exhausted`",
    "branch": "on at the case of a variable that is a word, or of a calendar (`open`, `closed`)",
    "query": "asks a business function; `on` has a node for every outcome but done",
    "authenticate": "account and password; who has proved it in this call is not asked again",
    "transfer": 'to the seats of a service, or "any", with what is known so far; no seat: on at `full`',
    "fax": "sends a document; on at `kept` or `unavailable`",
    "record": "takes a message until a key, a pause or `limit_s`; nothing said: on at `nothing`",
    "callback": 'has the caller called back when a seat is free; "any" = of the service he last waited for in vain, '
    "at his place; not possible: on at `refused`",
    "hang_up": "releases with this cause, `after_s` seconds later if the caller has not hung up",
    "language": "`zh`, `en` or `other`, from now on",
    "goto": "on at this node",
}
SETTINGS: Final[Mapping[str, str]] = {
    "exhausted": "where a caller goes on whose patience with a menu is at its end",
    "fault": "where he goes on when a function or a check has failed",
    "repeats": "plays of a menu without a valid key",
    "max_plays": "plays of all menus and entries in one call",
    "silence_s": "wait for the first key",
    "key_gap_s": "wait for the next key of a number",
    "second_key_s": "wait behind a key that begins a longer sequence",
    "query_limit_s": "then a query has failed",
    "wait_notice_s": "then the caller is asked to wait",
    "invalid": "prompt after a key that means nothing",
    "silence": "prompt after no key",
    "please_wait": "prompt of a query that takes long",
}


def verbs() -> Made:
    rows: Rows = [(f"`{name}`", _keys(verb.needs), _keys(verb.may), MEANING[name]) for name, verb in VERBS.items()]
    return ("verb", "needs", "may have", "what it does"), rows


def _keys(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def settings() -> Made:
    rows: Rows = [
        (f"`{name}`", "" if field.is_required() else field.default, SETTINGS[name])
        for name, field in SettingsRow.model_fields.items()
    ]
    return ("key", "default", "what it says"), rows


def variables() -> Made:
    rows: Rows = []
    for name, (kind, words) in BUILT_IN.items():
        only = [f"only where `{on}` is {word}" for (on, word), implied in IMPLIES.items() if implied == name]
        rows.append((f"`{name}`", kind.value, ", ".join(words) or ", ".join(only)))
    return ("variable", "kind", "values"), rows


def kinds() -> Made:
    rows: Rows = [
        (kind.value, ", ".join(slot.value for slot in SAID_AS.get(kind, ())) or SPOKEN[kind]) for kind in Kind
    ]
    return ("kind", "said as"), rows


SPOKEN: Final[Mapping[Kind, str]] = {
    Kind.WORD: "never; it is for branches",
    Kind.SECRET: "never, and shown to nobody",
    Kind.SPEECH: "itself: prompts and values that a function has put together",
}


def functions() -> Made:
    rows: Rows = [
        (
            f"`{name}`",
            ", ".join(f"{given}: {kind.value}" for given, kind in one.inputs.items()),
            ", ".join(f"{output}: {kind.value}" for output, kind in one.outputs.items()),
            ", ".join((DONE, *one.outcomes)),
        )
        for name, one in SIGNATURES.items()
    ]
    return ("function", "takes", "gives", "outcomes"), rows


def journal() -> Made:
    """Each kind that a visit writes, with its fields, as the source has it."""
    notes = re.findall(r'note\(\s*"([a-z_.]+)"(.*?)\)\n', TALK.read_text(encoding="utf-8"))
    rows: Rows = [(f"`{kind}`", ", ".join(re.findall(r"(\w+)=", fields))) for kind, fields in dict(notes).items()]
    return ("event", "fields"), rows


VOICE_TABLES: Final[Mapping[str, Callable[[], Made]]] = {
    "voice-functions": functions,
    "voice-journal": journal,
    "voice-kinds": kinds,
    "voice-settings": settings,
    "voice-variables": variables,
    "voice-verbs": verbs,
}
