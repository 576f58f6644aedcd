"""What a caller does, one step after the other: `{ hear = ["welcome"] }`, `{ press = "0" }`, `{ talk_s = 20 }`."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

KINDS: Final = ("hear", "press", "secret", "think_s", "talk_s", "hold_s", "released")

Keys = Annotated[str, Field(pattern=r"^[0-9*#A-D]{1,40}$")]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Step(BaseModel):
    """One of these, and with `hear` how long he listens for it in vain before he hangs up."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    hear: Annotated[tuple[str, ...], Field(min_length=1, max_length=16)] | None = None
    """One of these prompts."""
    press: Keys | None = None
    secret: Keys | None = None
    """Pressed as well, and shown nowhere."""
    think_s: Seconds | None = None
    """A pause of just so long."""
    talk_s: Seconds | None = None
    """Talks for so long on the mean, exponential, or until the far side ends the call."""
    hold_s: Seconds | None = None
    """Stays on the line for just so long, or until the far side ends the call."""
    released: bool | None = None
    """Stays until the far side ends the call."""
    patience_s: Seconds = 60.0
    patience: Literal["fixed", "exponential"] = "fixed"
    """Whether `patience_s` is the same for all, or the mean."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"one of {', '.join(KINDS)}")
        if self.hear is None and self.model_fields_set & {"patience_s", "patience"}:
            raise ValueError("patience and patience_s only beside hear")
        return self
