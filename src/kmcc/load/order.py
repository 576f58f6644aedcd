"""What the processes of a load run in real time are told: one JSON file, written by the one that starts them."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from kmcc.firmware_sim.crowd.scenario import Scenario


class Order(BaseModel):
    """`url` is that of the board between house and town; `port` is the house's for HTTP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scenario: Scenario
    folder: Path
    seed: int
    minutes: float
    url: str
    port: int

    def write(self) -> Path:
        """Into its folder."""
        path = self.folder / "order.json"
        path.write_text(self.model_dump_json(exclude_unset=True), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text("utf-8"))
