"""Values that need more than a type. What a validator raises is the text behind "expected" in the fault."""

import re
from collections.abc import Callable, Sized
from datetime import time
from typing import Annotated, Final, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kmcc.config.channels import EXPECTED, parse_channels

DATABASES: Final = ("sqlite", "postgresql")

S = TypeVar("S", bound=Sized)

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def matching(pattern: str, expected: str) -> Callable[[str], str]:
    """A validator: the whole text, or "expected ..."."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if compiled.fullmatch(text) is None:
            raise ValueError(expected)
        return text

    return check


def _channels(value: object) -> tuple[int, ...]:
    match value:
        case str():
            return parse_channels(value)
        case tuple() if value and all(isinstance(channel, int) for channel in value):
            return parse_channels(",".join(str(channel) for channel in value))
        case _:
            raise ValueError(EXPECTED)


def clock_time(value: object) -> time:
    """ "09:00", or a time that already is one."""
    if isinstance(value, time) and value.tzinfo is None:
        return value
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('a time of day, such as "09:00"')
    return time(int(match[1]), int(match[2]))


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError('a time zone that this machine knows, such as "Asia/Shanghai" (Debian package tzdata)')
    return name


def _address(url: str) -> str:
    if _SCHEME.fullmatch(urlsplit(url).scheme) is None or "://" not in url:
        raise ValueError('a board URL, such as "sim://kunming?seed=1"')
    return url


def _store_url(url: str) -> str:
    expected = 'a database URL, such as "sqlite:///kmcc.db" or "postgresql+psycopg://kmcc@localhost/kmcc"'
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(expected) from None
    if parts.get_backend_name() not in DATABASES:
        raise ValueError(expected)
    if parts.password is not None:
        raise ValueError("a database URL without a password (it belongs in store.password)")
    return url


def at_least_one(values: S) -> S:
    """Also after a fault in one element, when pydantic's own `min_length` would add a second fault."""
    if not values:
        raise ValueError("one or more")
    return values


Digits = Annotated[str, AfterValidator(matching(r"[0-9]{1,24}", "1 to 24 digits in quotes"))]
Name = Annotated[str, AfterValidator(matching(r"\S(.{0,198}\S)?", "a text of 1 to 200 characters"))]
Sha256 = Annotated[str, AfterValidator(matching(r"[0-9a-f]{64}", "the SHA-256 of a token, 64 digits 0-9a-f"))]
Channels = Annotated[tuple[int, ...], BeforeValidator(_channels)]
ClockTime = Annotated[time, BeforeValidator(clock_time)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Address = Annotated[str, AfterValidator(_address)]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
