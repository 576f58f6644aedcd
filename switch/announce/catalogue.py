"""The catalogue of prompts and announcements: what each recording says in each language, as TOML.

    [prompts.welcome]
    zh = "..."                what is said
    en = "..."
    zh_voice = "..."          only where a synthetic voice must be given other letters to say the same

    [announcements.bill]
    parts = ["bill-for", "{month:month}", "bill-is", "{amount:amount}"]

An operator's own catalogue.toml is laid over the packaged one: its rows replace rows of the same name and add new ones.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kmcc.switch.announce.language import WORDS, Language
from kmcc.switch.announce.template import Announcement, SlotKind, parse_part
from kmcc.switch.errors import SwitchError

CATALOGUE_FILE: Final = "catalogue.toml"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class CatalogueError(SwitchError):
    """A catalogue that cannot be used: which file, which row, what is expected there."""

    def __init__(self, source: str, row: str, expected: str) -> None:
        super().__init__(f"{source}, {row}: expected {expected}" if row else f"{source}: expected {expected}")


@dataclass(frozen=True, slots=True)
class PromptText:
    """What one prompt says, and what a synthetic voice is given to say it."""

    name: str
    said: Mapping[Language, str]
    voiced: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts and announcements, in the order of the file."""

    prompts: Mapping[str, PromptText]
    announcements: Mapping[str, Announcement]

    def under(self, over: "Catalogue") -> "Catalogue":
        """This catalogue with the rows of `over` laid on top."""
        return Catalogue(
            MappingProxyType({**self.prompts, **over.prompts}),
            MappingProxyType({**self.announcements, **over.announcements}),
        )


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _PromptRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    zh: Text
    en: Text
    zh_voice: Text | None = None
    en_voice: Text | None = None


class _AnnouncementRow(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    parts: Annotated[list[Text], Field(min_length=1)]


class _CatalogueRows(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    prompts: dict[str, _PromptRow] = {}
    announcements: dict[str, _AnnouncementRow] = {}


def packaged_catalogue() -> Catalogue:
    """The one that comes with the program."""
    file = resources.files("kmcc.switch").joinpath("prompts", CATALOGUE_FILE)
    return parse_catalogue(file.read_text(encoding="utf-8"), CATALOGUE_FILE)


def parse_catalogue(text: str, source: str, base: Catalogue | None = None) -> Catalogue:
    """Read a whole catalogue, or one laid over `base`; CatalogueError names the row and what it needs."""
    rows = _rows(text, source)
    own = Catalogue(
        MappingProxyType({name: _prompt(name, row, source) for name, row in rows.prompts.items()}),
        MappingProxyType({name: _announcement(name, row, source) for name, row in rows.announcements.items()}),
    )
    whole = own if base is None else base.under(own)
    _check(whole, source)
    return whole


def _rows(text: str, source: str) -> _CatalogueRows:
    try:
        return _CatalogueRows.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(source, "", f"TOML: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise CatalogueError(source, ".".join(str(part) for part in first["loc"]), first["msg"]) from None


def _prompt(name: str, row: _PromptRow, source: str) -> PromptText:
    _check_name(name, source)
    said = {Language.ZH: row.zh, Language.EN: row.en}
    voiced = {Language.ZH: row.zh_voice or row.zh, Language.EN: row.en_voice or row.en}
    return PromptText(name, MappingProxyType(said), MappingProxyType(voiced))


def _announcement(name: str, row: _AnnouncementRow, source: str) -> Announcement:
    _check_name(name, source)
    try:
        return Announcement(name, tuple(parse_part(part) for part in row.parts))
    except ValueError:
        kinds = ", ".join(kind.value for kind in SlotKind)
        raise CatalogueError(source, f"announcements.{name}", f"slots of the kinds {kinds}") from None


def _check_name(name: str, source: str) -> None:
    if not _NAME.fullmatch(name):
        raise CatalogueError(source, name, "a name of small letters, digits and single hyphens")


def _check(catalogue: Catalogue, source: str) -> None:
    for word in WORDS:
        if word not in catalogue.prompts:
            raise CatalogueError(source, f"prompts.{word}", "this word, for numbers, dates and amounts need it")
    for announcement in catalogue.announcements.values():
        row = f"announcements.{announcement.name}"
        for name in announcement.fixed():
            if name not in catalogue.prompts:
                raise CatalogueError(source, row, f"prompts of the catalogue or {{name:kind}} slots, not {name!r}")
        slots = [slot.name for slot in announcement.slots()]
        if len(set(slots)) != len(slots):
            raise CatalogueError(source, row, "a different name for each slot")
