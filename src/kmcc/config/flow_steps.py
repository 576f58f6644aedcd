"""From the rows of a file of flows to its steps: one verb a row, with the keys that belong to it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kmcc.config.flow_rows import CAUSES, FlowFile, StepRow
from kmcc.config.wording import value_words
from kmcc.switch.announce import Language, SlotKind
from kmcc.switch.voice import step as st
from kmcc.switch.voice.misfit import Misfit, step_place

ANY: Final = "any"
_SLOT: Final = re.compile(r"\{([a-z][a-z_]*)(?::([a-z]+))?\}")
_SLOT_KINDS: Final = {kind.value: kind for kind in SlotKind}


@dataclass(frozen=True, slots=True)
class Verb:
    """The keys that a step of this verb must and may have; `make` takes the file for the defaults of its settings."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    make: Callable[[StepRow, FlowFile], st.Step]


def _parts(names: tuple[str, ...] | None) -> tuple[st.Part, ...]:
    return tuple(_part(name) for name in names or ())


def _part(text: str) -> st.Part:
    found = _SLOT.fullmatch(text)
    return text if found is None else st.Say(found[1], _SLOT_KINDS.get(found[2] or ""))


def _play(row: StepRow, _file: FlowFile) -> st.Step:
    return st.Play(_parts(row.play))


def _say(row: StepRow, _file: FlowFile) -> st.Step:
    return st.Play((st.Say(row.say or "", _SLOT_KINDS.get(row.say_as or "")),))


def _collect(row: StepRow, file: FlowFile) -> st.Step:
    return st.Collect(
        into=row.collect or "",
        parts=_parts(row.prompts),
        is_secret=bool(row.secret),
        least=row.least or 1,
        most=row.most or 1,
        tries=row.tries or file.settings.repeats,
        wrong=row.wrong or file.settings.invalid,
        nothing=row.nothing or "",
    )


def _menu(row: StepRow, file: FlowFile) -> st.Step:
    settings = file.settings
    return st.Menu(
        parts=_parts(row.menu),
        again=_parts(row.menu if row.again is None else row.again),
        keys=MappingProxyType({**file.keys, **(row.keys or {})}),
        repeats=row.repeats or settings.repeats,
        silence_s=row.silence_s or settings.silence_s,
        exhausted=row.exhausted or settings.exhausted,
    )


def _branch(row: StepRow, _file: FlowFile) -> st.Step:
    return st.Branch(row.branch or "", MappingProxyType(row.cases or {}), row.otherwise)


def _query(row: StepRow, _file: FlowFile) -> st.Step:
    into = row.into if isinstance(row.into, dict) else {}
    return st.Query(row.query or "", row.given or {}, into, row.on or {})


def _authenticate(row: StepRow, file: FlowFile) -> st.Step:
    return st.Authenticate(
        check=row.authenticate or "",
        account=_parts(row.account),
        known=row.known,
        password=_parts(row.password),
        wrong=row.wrong or file.settings.invalid,
        tries=row.tries or TRIES,
        into=row.into if isinstance(row.into, str) else ACCOUNT,
        refused=row.refused or "",
    )


TRIES: Final = 2  # P-06
ACCOUNT: Final = "account"


def _service(word: str | None) -> str | None:
    return None if word == ANY else word


def _transfer(row: StepRow, _file: FlowFile) -> st.Step:
    return st.Transfer(_service(row.transfer), row.full or "")


def _fax(row: StepRow, _file: FlowFile) -> st.Step:
    return st.Fax(row.fax or "", row.on or {})


def _record(row: StepRow, _file: FlowFile) -> st.Step:
    limits = (row.limit_s or 120.0, row.silence_s or 5.0)
    return st.Record(row.record or "", _parts(row.prompts), *limits, row.nothing or "")


def _callback(row: StepRow, _file: FlowFile) -> st.Step:
    return st.CallBack(_service(row.callback), row.number or "", row.refused or "")


def _hang_up(row: StepRow, _file: FlowFile) -> st.Step:
    after_s = 10.0 if row.after_s is None else row.after_s
    return st.HangUp(CAUSES[row.hang_up or "normal"], after_s)


def _language(row: StepRow, _file: FlowFile) -> st.Step:
    return st.SetLanguage(None if row.language in (None, "other") else Language(row.language))


def _goto(row: StepRow, _file: FlowFile) -> st.Step:
    return st.GoTo(row.goto or "")


VERBS: Final[Mapping[str, Verb]] = {
    "play": Verb((), (), _play),
    "say": Verb((), ("say_as",), _say),
    "collect": Verb(("prompts", "most", "nothing"), ("least", "secret", "tries", "wrong"), _collect),
    "menu": Verb(("keys",), ("again", "repeats", "silence_s", "exhausted"), _menu),
    "branch": Verb(("cases",), ("otherwise",), _branch),
    "query": Verb((), ("given", "into", "on"), _query),
    "authenticate": Verb(("password", "refused"), ("account", "known", "wrong", "tries", "into"), _authenticate),
    "transfer": Verb(("full",), (), _transfer),
    "fax": Verb(("on",), (), _fax),
    "record": Verb(("prompts", "nothing"), ("limit_s", "silence_s"), _record),
    "callback": Verb(("number", "refused"), (), _callback),
    "hang_up": Verb((), ("after_s",), _hang_up),
    "language": Verb((), (), _language),
    "goto": Verb((), (), _goto),
}
_PLAYED: Final = ("play", "menu", "prompts", "again", "account", "password")


def verb_of(row: StepRow) -> str | None:
    """The verb of a row that has one."""
    verbs = [verb for verb in VERBS if getattr(row, verb) is not None]
    return verbs[0] if len(verbs) == 1 else None


def shape_misfits(file: FlowFile) -> Iterator[Misfit]:
    """Rows that are no steps."""
    for id_, node in file.nodes.items():
        if id_ in st.WORDS:
            yield Misfit(("nodes", id_), value_words(id_), "a name that means nothing else")
        for index, row in enumerate(node.steps):
            for key, found, expected in _shape(row):
                yield Misfit(step_place(id_, index, *key), found, expected)


_Finding = tuple[tuple[str | int, ...], str, str]


def _shape(row: StepRow) -> Iterator[_Finding]:
    there = [key for key in StepRow.model_fields if getattr(row, key) is not None]
    name = verb_of(row)
    if name is None:
        verbs = [key for key in there if key in VERBS]
        yield (), " and ".join(verbs) or "no verb", f"one of {', '.join(VERBS)}"
        return
    verb = VERBS[name]
    for key in there:
        if key not in (name, *verb.needs, *verb.may):
            expected = ", ".join((*verb.needs, *verb.may)) or "nothing"
            yield (key,), key, f"beside {name}: {expected}"
    for key in verb.needs:
        if key not in there:
            yield (), f"{name} without {key}", f"{key}, too"
    yield from _combinations(name, row)
    for key in _PLAYED:
        for index, text in enumerate(getattr(row, key) or ()):
            yield from (((key, index), *fault) for fault in _part_fault(text))


def _combinations(name: str, row: StepRow) -> Iterator[_Finding]:
    if name == "authenticate" and (row.account is None) == (row.known is None):
        yield (), "authenticate", "account (prompts) or known (a variable), one of them"
    if name == "authenticate" and isinstance(row.into, dict):
        yield ("into",), "a table", "a variable"
    if name == "query" and isinstance(row.into, str):
        yield ("into",), value_words(row.into), "a table of outputs and variables"
    if name == "collect" and row.most is not None and (row.least or 1) > row.most:
        yield ("least",), str(row.least), f"{row.most} or less, as most says"


def _part_fault(text: str) -> Iterator[tuple[str, str]]:
    found = _SLOT.fullmatch(text)
    if found is None and "{" in text:
        yield value_words(text), "a prompt or {variable} or {variable:kind}"
    elif found is not None and found[2] is not None and found[2] not in _SLOT_KINDS:
        yield value_words(text), f"one of the kinds {', '.join(_SLOT_KINDS)}"


def steps_of(file: FlowFile, node: str) -> tuple[st.Step, ...]:
    """Of a file without shape misfits."""
    rows = file.nodes[node].steps
    return tuple(VERBS[verb].make(row, file) for row in rows if (verb := verb_of(row)) is not None)
