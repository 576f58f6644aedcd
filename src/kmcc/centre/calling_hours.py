"""The hours in which a customer may be rung (P-13), whatever a configuration or a campaign says."""

from datetime import time
from typing import Final

from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.schedule import Schedule

CALLING_HOURS: Final = (time(8), time(21))


def check_hours(campaign: str, schedule: Schedule) -> None:
    """CampaignError when a window is not inside the calling hours."""
    earliest, latest = CALLING_HOURS
    for window in schedule.windows:
        if window.start < earliest or window.end > latest:
            hours = f"{window.start:%H:%M} to {window.end:%H:%M}"
            raise CampaignError(campaign, f"would call from {hours}, allowed is {earliest:%H:%M} to {latest:%H:%M}")
