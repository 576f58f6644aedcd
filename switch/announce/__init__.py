"""Announcements: what is said is a tuple of prompt names, made by the grammar of each language (R-201, R-245)."""

from kmcc.switch.announce.catalogue import Catalogue, CatalogueError, PromptText, packaged_catalogue, parse_catalogue
from kmcc.switch.announce.language import Language
from kmcc.switch.announce.say import (
    AnnounceError,
    say_amount,
    say_count,
    say_date,
    say_digits,
    say_month,
    say_number,
    say_time,
)
from kmcc.switch.announce.template import Announcement, Slot, SlotKind, SlotValue

__all__ = [
    "AnnounceError",
    "Announcement",
    "Catalogue",
    "CatalogueError",
    "Language",
    "PromptText",
    "Slot",
    "SlotKind",
    "SlotValue",
    "packaged_catalogue",
    "parse_catalogue",
    "say_amount",
    "say_count",
    "say_date",
    "say_digits",
    "say_month",
    "say_number",
    "say_time",
]
