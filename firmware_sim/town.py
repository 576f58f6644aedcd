"""A town at the far ends of a board: one exchange with its subscribers, and the agents at the seats' telephones."""

import asyncio
from collections.abc import Mapping, Sequence

from kmcc.firmware_sim.exchange import SimulatedExchange
from kmcc.firmware_sim.people.agent import Agent, Manner
from kmcc.firmware_sim.people.subscriber import Subscriber
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet


class Town:
    """`settle` is a board's far end. `manners` says how the agent at each line works, `profile` how the exchange."""

    def __init__(
        self,
        prompts: PromptSet,
        subscribers: Sequence[Subscriber] = (),
        manners: Mapping[int, Manner] | None = None,
        profile: Profile = LOCAL,
    ) -> None:
        self.prompts = prompts
        self._subscribers = subscribers
        self._profile = profile
        self._manners = {} if manners is None else manners
        self._tasks: list[asyncio.Task[None]] = []
        self.agents: list[Agent] = []
        self.exchange: SimulatedExchange
        self.far: Media

    def settle(self, far: Media) -> None:
        """Everybody takes his place; needs the running loop."""
        self.far = far
        self.exchange = SimulatedExchange(far, self.prompts, self._subscribers, profile=self._profile)
        self.exchange.start()
        for line, manner in self._manners.items():
            agent = Agent(f"line {line}", far.engine.line(line), far, self.prompts, manner)
            self.agents.append(agent)
            self._tasks.append(asyncio.get_running_loop().create_task(agent.live()))

    def dismiss(self) -> None:
        """Everybody stops where he is; `leave` also waits until they have."""
        for task in self._tasks:
            task.cancel()

    async def leave(self) -> None:
        """Everybody goes home."""
        self.dismiss()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.exchange.close()
