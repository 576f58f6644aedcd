"""[voice] of kmcc.toml: which flows callers are led by."""

from pydantic import Field

from kmcc.config.sections import Section


class Voice(Section):
    flows: str = ""
    changed_number_times: int = Field(default=2, ge=2, le=9)
    watch_s: float = Field(default=2.0, gt=0, le=3600, allow_inf_nan=False)
