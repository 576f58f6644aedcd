"""pydantic's errors in the words of a fault: what stands there, what is expected. Secrets are never quoted."""

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from kmcc.config.errors import Place

SECRETS: Final[frozenset[Place]] = frozenset({("store", "password"), ("store", "url")})
HASHES: Final[Place] = ("sha256",)  # where somebody may have put the token itself
SHOWN_CHARACTERS: Final = 60

_EXPECTED: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "int_type": lambda _: "a whole number",
    "string_type": lambda _: "a text in quotes",
    "bool_type": lambda _: "true or false",
    "model_type": lambda _: "a section with keys",
    "dict_type": lambda _: "a table of keys",
    "tuple_type": lambda _: "a list; for a section, [[double brackets]]",
    "missing": lambda _: "this key",
    "too_short": lambda context: f"at least {context['min_length']} of them",
    "string_too_short": lambda _: "a text that is not empty",
    "finite_number": lambda _: "a number",
    "float_type": lambda _: "a number",
    "greater_than": lambda context: f"more than {context['gt']:g}",
    "greater_than_equal": lambda context: f"{context['ge']} or more",
    "less_than_equal": lambda context: f"{context['le']} or less",
    "literal_error": lambda context: f"{context['expected']}".replace("'", '"'),
    "value_error": lambda context: f"{context['error']}",
}


def place_of(error: ErrorDetails) -> Place:
    """Without pydantic's own mark for "the key itself"."""
    return tuple(step for step in error["loc"] if step != "[key]")


def found(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "nothing"
        case "extra_forbidden":
            return "an unknown key"
        case _ if place_of(error) in SECRETS or place_of(error)[-1:] == HASHES:
            return "something else (not shown)"
        case _:
            return value_words(error["input"])


def expected(error: ErrorDetails, model: type[BaseModel]) -> str:
    """`model` is that of the whole file; it tells which keys there are."""
    if error["type"] == "extra_forbidden":
        return _known_keys(place_of(error), model)
    words = _EXPECTED.get(error["type"])
    return error["msg"] if words is None else words(error.get("ctx", {}))


def value_words(value: object) -> str:
    """A value as TOML has it; of a table or a list only its kind."""
    match value:
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case str():
            text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in json.dumps(value, ensure_ascii=False))
            return text if len(text) <= SHOWN_CHARACTERS else f'{text[:SHOWN_CHARACTERS]}..."'
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _known_keys(place: Place, model: type[BaseModel]) -> str:
    for step in place[:-1]:
        if step in model.model_fields:  # else it is an index, or a name in a table of sections
            model = _model_in(model.model_fields[str(step)].annotation) or model
    keys = list(model.model_fields)
    close = get_close_matches(str(place[-1]), keys, n=1)
    return f"{close[0]}?" if close else f"one of {', '.join(keys)}"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The section behind `Section`, `tuple[Section, ...]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)
