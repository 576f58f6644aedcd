"""The profiles that come with us, by the interface they are for (GB 3971.2-83 DL tables); all of it is data.

A trunk group names one as `base` and lays its own rows over it; without `base` it is `local`. With `base = "none"`
nothing lies beneath: every code and timer is given, and what is missing is refused by name.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from kmcc.signaling.china1.codes import TIMERS, Backward, Forward
from kmcc.signaling.china1.profile import LOCAL, Profile, load_profile
from kmcc.signaling.effects import ProfileError

NOTHING: Final = "none"
WHOLE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "forward": tuple(state.value for state in Forward),
        "backward": tuple(state.value for state in Backward),
        "timers": tuple(timer.name for timer in TIMERS),
    }
)
"""The rows of a profile that stands by itself."""


@cache
def dl_profiles() -> Mapping[str, Profile]:
    """By name and alias."""
    text = resources.files(__package__).joinpath("dl_profiles.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    profiles = {name: load_profile({"name": name, **rows}) for name, rows in data["profiles"].items()}
    return MappingProxyType(profiles | {alias: profiles[name] for alias, name in data["aliases"].items()})


def profile_of(data: Mapping[str, object]) -> Profile:
    """The profile of a trunk group. ProfileError naming the row."""
    rows = {key: value for key, value in data.items() if key != "base"}
    base = data.get("base", LOCAL.name)
    if base == NOTHING:
        _check_whole(rows)
        return load_profile(rows)
    if not isinstance(base, str) or base not in dl_profiles():
        known = ", ".join((*dl_profiles(), NOTHING))
        raise ProfileError(f"profile: base must be one of {known}, got {base!r}")
    return load_profile(rows, dl_profiles()[base])


def _check_whole(data: Mapping[str, object]) -> None:
    for section, rows in WHOLE.items():
        given = data.get(section, {})
        missing = [row for row in rows if not (isinstance(given, Mapping) and row in given)]
        if missing:
            raise ProfileError(f'profile: {section}.{missing[0]} is missing, and base is "{NOTHING}"')
