"""The agents and called subscribers that a load scenario asks for."""

from collections.abc import Mapping
from random import Random

from kmcc.firmware_sim.crowd.scenario import HABITS, Scenario
from kmcc.firmware_sim.people.agent import Manner
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.switch.announce import Language


def agents_of(scenario: Scenario, rng: Random) -> Mapping[int, Manner]:
    """By line: how soon each picks up is drawn once for each of them."""
    staff = [one for one in scenario.staff for _ in range(one.count)]
    return {
        line: Manner(
            picks_up_after_s=round(rng.expovariate(1 / one.picks_up_s), 3) if one.picks_up_s else 0.0,
            talks_s=one.talks_s,
            language=Language(one.languages[0]),
        )
        for line, one in enumerate(staff)
    }


def subscribers_of(scenario: Scenario) -> tuple[Subscriber, ...]:
    return tuple(
        Subscriber(str(int(one.first) + n), (HABITS[one.habit],), rings_s=one.rings_s, talks_s=one.talks_s)
        for one in scenario.called
        for n in range(one.count)
    )
