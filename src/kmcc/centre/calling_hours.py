"""The hours in which a customer may be rung (P-13), whatever a configuration or a campaign says."""

from datetime import time
from typing import Final

CALLING_HOURS: Final = (time(8), time(21))
