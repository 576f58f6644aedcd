"""[overload] of kmcc.toml: how many calls the house takes, and whose go first."""

from pydantic import Field

from kmcc.config.sections import Section
from kmcc.config.values import Digits, Name


class Overload(Section):
    """Zeros = no limit but what the house measures of itself."""

    calls_per_s: float = Field(default=0.0, ge=0)
    most_calls: int = Field(default=0, ge=0)
    lag_ms: float = Field(default=100.0, ge=10, le=10_000)
    reserve: float = Field(default=0.2, ge=0, lt=1)
    emergency: tuple[Digits, ...] = ("110", "119", "120", "122")
    transferred_from: tuple[Name, ...] = ()
