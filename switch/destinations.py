"""Where calls that arrive lead: to a service of ours, or on by their route."""

from collections.abc import Mapping
from dataclasses import dataclass

from kmcc.switch.flow import Flow, ordinary
from kmcc.switch.journal import Field
from kmcc.switch.numbering import NumberPlans
from kmcc.switch.transit import end_to_end
from kmcc.switch.treatment import Treatments


@dataclass(frozen=True, slots=True)
class Destination:
    """`service` is its name, None = none of ours takes the call."""

    service: str | None
    charge_class: str | None
    flow: Flow

    @property
    def facts(self) -> Mapping[str, Field]:
        """For the journal."""
        return {"service": self.service, "charge_class": self.charge_class}


class Destinations:
    """By the number plan of each trunk group; a route that is called as one of `flows` is this service."""

    def __init__(self, plans: NumberPlans, flows: Mapping[str, Flow], treatments: Treatments) -> None:
        self._plans = plans
        self._flows = {name: treatments.around(flow) for name, flow in flows.items()}
        self._ordinary = treatments.around(ordinary)

    def of(self, called: str, group: str, *, is_end_to_end: bool) -> Destination:
        route = self._plans.of(group).route(called)
        charge_class = None if route is None else route.charge_class
        if route is not None and route.name in self._flows:
            return Destination(route.name, charge_class, self._flows[route.name])
        return Destination(None, charge_class, end_to_end if is_end_to_end else self._ordinary)
