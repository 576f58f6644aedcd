"""[[treatments]] of kmcc.toml: what callers hear whose call cannot be."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from kmcc.config.finding import Finding
from kmcc.config.sections import Language, Section
from kmcc.config.values import Name, at_least_one
from kmcc.config.wording import value_words
from kmcc.switch.errors import SwitchError
from kmcc.switch.prompts import load_catalogue

if TYPE_CHECKING:
    from kmcc.config.model import Config

FailedBy = Literal["vacant number", "busy", "no answer", "refused", "congestion", "signalling failure", "circuit fault"]


class Treatment(Section):
    cause: FailedBy
    prompts: Annotated[tuple[Name, ...], AfterValidator(at_least_one)]
    languages: Annotated[tuple[Language, ...], AfterValidator(at_least_one)] = ("zh", "en")
    times: int = Field(default=1, ge=1, le=10)


def treatments_can_be_heard(config: "Config") -> Iterator[Finding]:
    """Each cause once, and prompts that there are."""
    if not config.treatments:
        return
    try:
        known = load_catalogue(Path(config.prompts.directory) if config.prompts.directory else None).prompts
    except SwitchError:  # told by the check of the prompts
        return
    causes = [row.cause for row in config.treatments]
    for index, row in enumerate(config.treatments):
        if row.cause in causes[:index]:
            yield Finding(("treatments", index, "cause"), value_words(row.cause), "each cause once")
        for n, name in enumerate(row.prompts):
            if name not in known:
                place = ("treatments", index, "prompts", n)
                yield Finding(place, value_words(name), "a prompt of the catalogue (kmcc prompts list)")
