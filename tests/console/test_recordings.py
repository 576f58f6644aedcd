"""Recording on demand: who may order it, and what an order that cannot be answers."""

from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import HTTPException

from kmcc.console.access import Role, Who
from kmcc.console.recordings import _act

if TYPE_CHECKING:
    from tests.console.conftest import Served


class Talk:
    """A call of seat 801; keeps what was ordered."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    def seat_of(self, call: str) -> str | None:
        return "801" if call == "a" else None

    def start(self, call: str) -> None:
        self.orders.append(f"start {call}")

    def stop(self, call: str) -> None:
        self.orders.append(f"stop {call}")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_call_that_is_not_up(served: "Served", method: str) -> None:
    answer = httpx.request(method, f"{served.url}/calls/000522-1/recording")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "call 000522-1 is not up"


def test_a_seat_orders_for_its_own_call_only() -> None:
    talk, own, other = Talk(), Who("li", Role.SEAT, "801"), Who("wang", Role.SEAT, "802")
    _act(talk, "a", own, is_start=True)
    for call, who in (("a", other), ("b", own)):
        with pytest.raises(HTTPException) as refused:
            _act(talk, call, who, is_start=False)
        assert refused.value.status_code == 403
    _act(talk, "a", Who("chief", Role.SUPERVISOR), is_start=False)
    assert talk.orders == ["start a", "stop a"]
