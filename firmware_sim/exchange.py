"""The simulated exchange at the far end of the spans: places its callers' calls, takes calls to its subscribers."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial

from kmcc.dsp.engine import CHANNELS
from kmcc.firmware_sim.errors import ScenarioError
from kmcc.firmware_sim.people.caller import Caller
from kmcc.firmware_sim.people.subscriber import CalledParty, Subscriber
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.switch.china1_circuit import China1Circuit, Use
from kmcc.switch.circuit import (
    Cause,
    CircuitState,
    Indication,
    Listener,
    SetupIndication,
)
from kmcc.switch.journal import SilentJournal
from kmcc.switch.leg import Leg
from kmcc.switch.media import Media
from kmcc.switch.prompts import PromptSet


class SimulatedExchange:
    """All speech channels of the far engine's spans, both ways, with a register for each."""

    def __init__(
        self,
        media: Media,
        prompts: PromptSet,
        subscribers: Iterable[Subscriber] = (),
        *,
        number_digits: int = 7,
        profile: Profile = LOCAL,
    ) -> None:
        self._media = media
        self._prompts = prompts
        self._subscribers = {s.number: s for s in subscribers}
        self._calls_to: dict[str, int] = {}
        self._number_digits = number_digits
        self._tasks: dict[asyncio.Task[None], None] = {}  # in their order
        self.circuits = [
            self._circuit(f"exchange/{span}/{channel}", media.engine.port(span, channel), profile)
            for span in range(media.engine.spans)
            for channel in range(1, CHANNELS + 1)
        ]

    def _circuit(self, name: str, port: int, profile: Profile) -> China1Circuit:
        circuit = China1Circuit(  # what crosses the line is in the journal of the switch
            name, port, self._media, profile, use=Use.BOTH, analyse=self._analyse, journal=SilentJournal()
        )
        circuit.attach(self._hears(circuit))
        return circuit

    def _hears(self, circuit: China1Circuit) -> Listener:
        return partial(self._on_indication, circuit)

    @property
    def busy(self) -> int:
        """Circuits in use."""
        return sum(circuit.state is CircuitState.BUSY for circuit in self.circuits)

    def start(self) -> None:
        for circuit in self.circuits:
            circuit.start()

    async def close(self) -> None:
        """The subscribers' calls end where they are."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- calls of our subscribers to the centre -------------------------------------------------------------------

    def caller(self, number: str | None, *, channels: Sequence[int] | None = None, category: int = 1) -> Caller:
        """A subscriber lifts the receiver: takes the first idle circuit of these (from 1, through all spans)."""
        wanted = range(1, len(self.circuits) + 1) if channels is None else channels
        for n in wanted:
            if self.circuits[n - 1].state is CircuitState.IDLE:
                return Caller(number, self.lift(n - 1), self._media, self._prompts, category=category)
        raise ScenarioError(f"exchange: no idle circuit for {number} among channels {list(wanted)}")

    def lift(self, n: int) -> Leg:
        """A leg on circuit `n` (from 0), which is idle; the exchange hears the circuit again afterwards."""
        circuit = self.circuits[n]
        return Leg(circuit, then=self._hears(circuit))

    # --- calls from the centre to our subscribers -----------------------------------------------------------------

    def _analyse(self, digits: str) -> Verdict:
        if any(number.startswith(digits) for number in self._subscribers):
            return Verdict.COMPLETE if digits in self._subscribers else Verdict.MORE
        return Verdict.VACANT

    def _on_indication(self, circuit: China1Circuit, indication: Indication) -> None:
        match indication:
            case SetupIndication(called, _):
                self._spawn(self._take_call(Leg(circuit, then=self._hears(circuit)), called))
            case _:
                pass  # the number is not here yet, or never came

    def _spawn(self, coroutine: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks[task] = None
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and task.exception() is not None:
            what = {"message": "a called party's script failed", "exception": task.exception(), "task": task}
            task.get_loop().call_exception_handler(what)

    async def _take_call(self, leg: Leg, called: str) -> None:
        subscriber = self._subscribers.get(called)
        if subscriber is None:
            leg.release(Cause.VACANT_NUMBER)
        else:
            before = self._calls_to.get(called, 0)
            self._calls_to[called] = before + 1
            await CalledParty(subscriber, subscriber.habit(before), leg, self._media, self._prompts).live()
