"""[[routes]] of kmcc.toml: trunk groups that are tried in turn for the numbers that name the route."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from kmcc.config.finding import Finding
from kmcc.config.sections import Section
from kmcc.config.values import Name, at_least_one
from kmcc.config.wording import value_words

if TYPE_CHECKING:
    from kmcc.config.model import Config


class Route(Section):
    name: Name
    trunk_groups: Annotated[tuple[Name, ...], AfterValidator(at_least_one)]
    """The direct one first, the last choice last."""


def routes_are_sound(config: "Config") -> Iterator[Finding]:
    """Every group can be left by, stands once, and no route is called like a group or like another route."""
    outgoing = config.groups("out", "both")
    taken = config.groups("in", "out", "both")
    for index, route in enumerate(config.routes):
        if route.name in taken:
            yield Finding(("routes", index, "name"), value_words(route.name), "a name that no trunk group or route has")
        taken.append(route.name)
        for n, name in enumerate(route.trunk_groups):
            place = ("routes", index, "trunk_groups", n)
            if name not in outgoing:
                expected = f"a trunk group with direction out or both ({', '.join(outgoing) or 'there is none'})"
                yield Finding(place, value_words(name), expected)
            elif name in route.trunk_groups[:n]:
                yield Finding(place, value_words(name), "each trunk group once")
