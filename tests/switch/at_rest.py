"""Ways to wait until a rig is at rest, and to hear what asyncio complains of."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, open_files, until

from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.firmware_sim.rig import Rig
from kmcc.switch.call import Call
from kmcc.switch.circuit import CallingParty

CENTRE = CallingParty("1000")
TALKER = Subscriber("3192008", rings_s=1.0, talks_s=2.0)
Flow = Callable[[Call], Awaitable[None]]


async def rest(rig: Rig) -> None:
    """Nothing of any call is left."""
    circuits = [circuit for group in rig.groups.values() for circuit in group.circuits]
    await until(lambda: all_idle(circuits) and all_idle(rig.town.exchange.circuits), "idle circuits")
    await until(lambda: [group.idle for group in rig.groups.values()] == [20, 10], "circuits given back")
    assert not rig.calls.calls
    assert open_files(rig.recordings) == []
    assert_no_timer()
    await assert_ports_quiet(rig.media, rig.town.far)


def complaints() -> list[dict[str, Any]]:
    """What asyncio complains of from now on."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: heard.append(what))
    return heard


async def dial(rig: Rig, flow: Flow) -> None:
    """A call of our own to the talker."""
    await rig.calls.dial("3192008", CENTRE, flow)
