"""[recording] and [[recording_rules]] of kmcc.toml: which calls are recorded, and how much room is left to others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from kmcc.config.finding import Finding
from kmcc.config.sections import Section, Service
from kmcc.config.values import Name
from kmcc.config.wording import value_words

if TYPE_CHECKING:
    from kmcc.config.model import Config

Mode = Literal["compulsory", "always", "on_demand", "never"]


class Recording(Section):
    otherwise: Mode = "always"
    free_mb: int = Field(default=200, ge=0, le=10_000_000)


class RecordingRule(Section):
    """The first that fits a call counts; what it does not name may be anything."""

    mode: Mode
    services: tuple[Service, ...] = ()
    seats: tuple[Name, ...] = ()
    trunk_groups: tuple[Name, ...] = ()
    percent: int = Field(default=100, ge=0, le=100)


def recording_rules_name_what_is_there(config: "Config") -> Iterator[Finding]:
    known = {
        "seats": [seat.id for seat in config.seats],
        "trunk_groups": [group.name for group in config.trunk_groups],
    }
    for index, rule in enumerate(config.recording_rules):
        for key, names in known.items():
            for n, name in enumerate(getattr(rule, key)):
                if name not in names:
                    expected = f"one of {', '.join(names) or '(there is none)'}"
                    yield Finding(("recording_rules", index, key, n), value_words(name), expected)
