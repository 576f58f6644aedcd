"""From a TOML file to its model: syntax, then types and limits, then what only the whole can tell."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kmcc.config.checks import check
from kmcc.config.errors import ConfigError, Fault, Place, dotted
from kmcc.config.finding import Finding
from kmcc.config.locator import line_of, locate
from kmcc.config.model import Config
from kmcc.config.wording import expected, found, place_of

Model = TypeVar("Model", bound=BaseModel)

_LINE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_config(path: Path) -> Config:
    """The configuration of this file. ConfigError names every fault that could be found in one go."""
    return load_file(path, Config, check)


def load_file(path: Path, model: type[Model], check_whole: Callable[[Model], Iterable[Finding]]) -> Model:
    """The file as this model; ConfigError as load_config."""
    return load_text(_text(path), path, model, check_whole)


def load_text(text: str, path: Path, model: type[Model], check_whole: Callable[[Model], Iterable[Finding]]) -> Model:
    """The same of a text that has been read already; `path` is what faults call it."""
    raw, lines = _parsed(path, text)
    whole, errors = _validated(raw, model)
    faults = [Fault(dotted(place_of(e)), line_of(lines, place_of(e)), found(e), expected(e, model)) for e in errors]
    if whole is not None:
        faults += [_fault(finding, lines) for finding in check_whole(whole)]
    if whole is None or faults:
        raise ConfigError(path, _in_file_order(faults))
    return whole


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        fault = Fault("", None, f"{error.strerror}", "a file that can be read")
    except UnicodeDecodeError:
        fault = Fault("", None, "octets that are no UTF-8", "TOML, which is UTF-8 text")
    raise ConfigError(path, (fault,))


def _parsed(path: Path, text: str) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        return tomllib.loads(text), locate(text)
    except tomllib.TOMLDecodeError as error:
        match = _LINE.search(str(error))
        at = match[1] if match else None
        line = int(at) if at else text.count("\n") + 1
        fault = Fault("", line, f"no TOML: {_LINE.sub('', str(error))}", "TOML 1.0")
    except RecursionError:
        fault = Fault("", None, "lists in lists without end", "no more than a few levels")
    raise ConfigError(path, (fault,))


def _validated(raw: dict[str, Any], model: type[Model]) -> tuple[Model | None, list[ErrorDetails]]:
    """The file's model, and what pydantic has against it. Unknown keys alone do not hide what else is wrong."""
    try:
        return model.model_validate(_frozen(raw)), []
    except ValidationError as error:
        errors = _told_once(error.errors(include_url=False))
    if any(e["type"] != "extra_forbidden" for e in errors):
        return None, errors
    for e in errors:
        _remove(raw, e["loc"])
    return model.model_validate(_frozen(raw)), errors


def _told_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without lists that are "too short" only because an element of theirs is wrong."""
    inner = {e["loc"][: len(short["loc"])] for short in errors for e in errors if len(e["loc"]) > len(short["loc"])}
    return [e for e in errors if e["type"] != "too_short" or e["loc"] not in inner]


def _frozen(value: Any) -> Any:
    """Lists become tuples: the model is strict and its sequences do not change."""
    match value:
        case list():
            return tuple(_frozen(element) for element in value)
        case dict():
            return {key: _frozen(element) for key, element in value.items()}
        case _:
            return value


def _remove(raw: Any, place: Place) -> None:
    for step in place[:-1]:
        raw = raw[step]
    del raw[place[-1]]


def _fault(finding: Finding, lines: dict[Place, int]) -> Fault:
    is_default = finding.place[:1] not in lines
    found_words = f"{finding.found} (by default)" if is_default and finding.expected else finding.found
    return Fault(dotted(finding.place), line_of(lines, finding.place), found_words, finding.expected)


def _in_file_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line or 0))
