"""The trunk groups and the admission of a house as figures for the metrics."""

from collections.abc import Iterable

from kmcc.console.traffic_metrics import AdmissionCount, GroupFigures, Traffic
from kmcc.switch.overload import Overload, Priority
from kmcc.switch.trunks import TrunkGroup


def traffic_of(groups: Iterable[TrunkGroup], overload: Overload) -> Traffic:
    return Traffic(
        groups=tuple(_figures(group) for group in groups),
        admission=tuple(AdmissionCount(p.value, overload.taken[p], overload.refused[p]) for p in Priority),
        calls_per_s=overload.calls_per_s,
    )


def _figures(group: TrunkGroup) -> GroupFigures:
    traffic = group.traffic
    return GroupFigures(
        group=group.name,
        seized_in=traffic.seized_in,
        seized_out=traffic.seized_out,
        answered_in=traffic.answered_in,
        answered_out=traffic.answered_out,
        overflowed=traffic.overflowed,
        double_seizures=traffic.double_seizures,
        usage_s=traffic.usage_s,
    )
