"""Which flow serves which name of the number plan; a new service is a row here (R-101, R-251)."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from kmcc.centre.desk import Desk, serve_bill, serve_desk, serve_seat
from kmcc.centre.number_change import announce_changed_number
from kmcc.switch.flow import Flow

STAFFED: Final = ("directory", "fault", "complaint", "acceptance", "information", "toll")
"""Numbers behind which people sit; the name is also the skill that a seat needs."""


def service_flows(desk: Desk) -> Mapping[str, Flow]:
    """`centre` (also `desk`) is the access code; `number-change` is for every number that is no service."""
    flows: dict[str, Flow] = {
        "centre": partial(serve_desk, desk=desk),
        "desk": partial(serve_desk, desk=desk),
        "bill": partial(serve_bill, desk=desk),
        "seat": partial(serve_seat, service=None, desk=desk),
        "number-change": partial(announce_changed_number, database=desk.database, calendar=desk.calendar),
    }
    flows |= {service: partial(serve_seat, service=service, desk=desk) for service in STAFFED}
    return MappingProxyType(flows)
