"""What a morning amounted to."""

from dataclasses import dataclass
from datetime import datetime

from kmcc.switch.autodial.events import CampaignReport


@dataclass(frozen=True, slots=True)
class SceneTime:
    """When a scene was played, and for how long."""

    title: str
    at: datetime
    lasted_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rush_ratio`: line time by wall time over the `rush_s` seconds in which all channels were busy."""

    seed: int
    line_time_s: float
    wall_s: float
    rush_s: float
    rush_ratio: float | None
    legs: int
    scenes: tuple[SceneTime, ...]
    campaign: CampaignReport | None
