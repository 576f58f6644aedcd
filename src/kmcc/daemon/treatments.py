"""What callers hear whose call cannot be, made of the configuration."""

from typing import Final

from kmcc.config import Config
from kmcc.switch.announce import Language
from kmcc.switch.treatment import CAUSES, Treatment, Treatments

BY_WORDS: Final = {cause.words: cause for cause in CAUSES}


def treatments_of(config: Config) -> Treatments:
    return Treatments(
        {
            BY_WORDS[row.cause]: Treatment(row.prompts, tuple(Language(one) for one in row.languages), row.times)
            for row in config.treatments
        }
    )
