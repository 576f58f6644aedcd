"""Trunk groups over echo circuits: real circuits without a line, whose far side does at once what it is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmcc.switch.circuit import (
    AlertingIndication,
    AnswerIndication,
    BlockingIndication,
    CallingParty,
    Cause,
    Circuit,
    CircuitState,
    IdleIndication,
    Indication,
    Listener,
    SetupIndication,
)
from kmcc.switch.errors import SwitchError
from kmcc.switch.trunks import AllTrunksBusyError, Direction, Search, TrunkGroup, TrunkGroupError


class EchoCircuit:
    """A circuit looped to itself: every call is answered at once."""

    rings_silently = False

    def __init__(self, port: int) -> None:
        self._port = port
        self._state = CircuitState.STARTING
        self._listener: Listener | None = None

    @property
    def name(self) -> str:
        return f"echo/{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def state(self) -> CircuitState:
        return self._state

    def attach(self, listener: Listener) -> None:
        self._listener = listener

    def start(self) -> None:
        self._need(CircuitState.STARTING)
        self._state = CircuitState.IDLE
        self._tell(IdleIndication())

    def setup(self, called: str, calling: CallingParty) -> None:
        self._need(CircuitState.IDLE)
        self._state = CircuitState.BUSY
        self._tell(AlertingIndication())
        self._tell(AnswerIndication())

    def alert(self) -> None:
        self._need(CircuitState.BUSY)

    def answer(self) -> None:
        self._need(CircuitState.BUSY)

    def release(self, cause: Cause) -> None:
        self._need(CircuitState.BUSY)
        self._state = CircuitState.IDLE
        self._tell(IdleIndication())

    def far_side_calls(self, called: str) -> None:
        self._need(CircuitState.IDLE)
        self._state = CircuitState.BUSY
        self._tell(SetupIndication(called, CallingParty()))

    def far_side_blocks(self) -> None:
        self._need(CircuitState.IDLE)
        self._state = CircuitState.BLOCKED
        self._tell(BlockingIndication(blocked=True))

    def _need(self, state: CircuitState) -> None:
        if self._state is not state:
            raise SwitchError(f"{self.name} is {self._state.value}, expected {state.value}")

    def _tell(self, indication: Indication) -> None:
        if self._listener is not None:
            self._listener(indication)


def echoes(count: int) -> list[EchoCircuit]:
    circuits = [EchoCircuit(port) for port in range(count)]
    for circuit in circuits:
        circuit.start()
    return circuits


def group(circuits: list[EchoCircuit], search: Search = Search.LOWEST) -> TrunkGroup:
    return TrunkGroup("kunming-out", circuits, Direction.OUT, search)


def hang_up(trunks: TrunkGroup, circuit: Circuit) -> None:
    circuit.release(Cause.NORMAL)
    trunks.release(circuit)


def call(trunks: TrunkGroup) -> Circuit:
    circuit = trunks.seize()
    circuit.setup("3135678", CallingParty())
    return circuit


@pytest.mark.parametrize(
    ("search", "ports"),
    # Three calls; the second hangs up, then the first; three more calls.
    [
        (Search.LOWEST, [0, 1, 2, 0, 1, 3]),
        (Search.HIGHEST, [4, 3, 2, 4, 3, 1]),
        (Search.CYCLIC, [0, 1, 2, 3, 4, 0]),
        (Search.LONGEST_IDLE, [0, 1, 2, 3, 4, 1]),
    ],
)
def test_the_order_of_search(search: Search, ports: list[int]) -> None:
    trunks = group(echoes(5), search)
    taken = [call(trunks) for _ in range(3)]
    hang_up(trunks, taken[1])
    hang_up(trunks, taken[0])
    taken += [call(trunks) for _ in range(3)]
    assert [circuit.port for circuit in taken] == ports


def test_a_reserved_circuit_is_not_given_twice_before_it_is_busy() -> None:
    trunks = group(echoes(2))
    first, second = trunks.seize(), trunks.seize()
    assert first is not second
    assert first.state is second.state is CircuitState.IDLE
    with pytest.raises(AllTrunksBusyError, match=r"kunming-out: no idle circuit \(2 busy, 0 blocked\)"):
        trunks.seize()
    trunks.release(first)
    assert trunks.seize() is first


def test_a_call_from_the_far_side_makes_its_circuit_busy() -> None:
    circuits = echoes(2)
    trunks = TrunkGroup("both", circuits, Direction.BOTH, Search.LOWEST)
    circuits[0].far_side_calls("1000")
    assert trunks.seize() is circuits[1]


def test_blocked_and_starting_circuits_are_passed_over() -> None:
    circuits = [*echoes(3), EchoCircuit(3)]
    circuits[0].far_side_blocks()
    trunks = group(circuits)
    assert call(trunks).port == 1
    assert (trunks.idle, trunks.busy, trunks.blocked) == (1, 1, 2)


def test_an_incoming_group_is_not_for_outgoing_calls() -> None:
    trunks = TrunkGroup("kunming-in", echoes(1), Direction.IN, Search.LOWEST)
    with pytest.raises(TrunkGroupError, match="kunming-in: is for incoming calls only"):
        trunks.seize()
    assert trunks.idle == 1


def test_a_group_that_cannot_be() -> None:
    with pytest.raises(TrunkGroupError, match="no circuit"):
        group([])
    with pytest.raises(TrunkGroupError, match="one name"):
        group([EchoCircuit(1), EchoCircuit(1)])
    with pytest.raises(TrunkGroupError, match="echo/9 is none of ours"):
        group(echoes(1)).release(EchoCircuit(9))


@given(st.sampled_from(Search), st.lists(st.integers(0, 4), max_size=40))
def test_every_idle_circuit_is_found_and_none_is_given_twice(search: Search, script: list[int]) -> None:
    """0 and 1 place a call, 2 seizes only, 3 and 4 end the oldest and the newest."""
    trunks, held = group(echoes(4), search), list[Circuit]()
    for what in script:
        if what <= 2 and len(held) < 4:
            circuit = call(trunks) if what < 2 else trunks.seize()
            assert circuit not in held
            held.append(circuit)
        elif what <= 2:
            with pytest.raises(AllTrunksBusyError):
                trunks.seize()
        elif held:
            circuit = held.pop(0 if what == 3 else -1)
            if circuit.state is CircuitState.BUSY:
                circuit.release(Cause.NORMAL)
            trunks.release(circuit)
        assert (trunks.idle, trunks.busy, trunks.blocked) == (4 - len(held), len(held), 0)
