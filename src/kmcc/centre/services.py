"""Which flow serves which name of the number plan; a new service is an entry of the flows (R-101, R-251)."""

from collections.abc import Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from kmcc.centre.desk import Desk, serve
from kmcc.centre.functions import SIGNATURES
from kmcc.centre.number_change import announce_changed_number
from kmcc.switch.flow import Flow
from kmcc.switch.voice.check import World

NUMBER_CHANGE: Final = "number-change"
"""For every number that is no service."""
CHECKS: Final = ("identity",)


def flow_world(prompts: Collection[str], skills: Collection[str], entries: Collection[str] = ()) -> World:
    """What flows may name here. `entries` are the services that numbers lead to: every book must have them."""
    return World(prompts, SIGNATURES, CHECKS, skills, frozenset(entries) - {NUMBER_CHANGE})


def service_flows(desk: Desk) -> Mapping[str, Flow]:
    flows: dict[str, Flow] = {entry: partial(serve, entry=entry, desk=desk) for entry in desk.flows().entries}
    flows[NUMBER_CHANGE] = partial(
        announce_changed_number, database=desk.database, calendar=desk.calendar, times=desk.changed_number_times
    )
    return MappingProxyType(flows)
