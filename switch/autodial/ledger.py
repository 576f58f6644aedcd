"""What a campaign writes down, so that nobody is lost and nobody is called twice for one attempt."""

from datetime import datetime
from typing import Protocol

from kmcc.switch.autodial.events import Dial, Refusal
from kmcc.switch.autodial.progress import ContactSnapshot, State
from kmcc.switch.autodial.result import Result


class Ledger(Protocol):
    """Each method is one transaction; KmccError when it cannot be written."""

    async def begin(self, dial: Dial, at: datetime) -> Refusal | None:
        """Write the attempt, before it is dialled; or say why this number may not be called after all."""
        ...

    async def take_back(self, dial: Dial, saved: ContactSnapshot) -> None:
        """The attempt that was begun has not been placed."""
        ...

    async def end(self, dial: Dial, result: Result, at: datetime, saved: ContactSnapshot) -> None: ...

    async def save(self, saved: ContactSnapshot) -> None:
        """How far a contact is, when it was no call that changed it."""
        ...

    async def enter(self, state: State, at: datetime) -> None: ...


class Unwritten:
    """A Ledger that keeps nothing, for campaigns that end with their process."""

    async def begin(self, dial: Dial, at: datetime) -> Refusal | None:  # noqa: ARG002
        return None

    async def take_back(self, dial: Dial, saved: ContactSnapshot) -> None:
        pass

    async def end(self, dial: Dial, result: Result, at: datetime, saved: ContactSnapshot) -> None:
        pass

    async def save(self, saved: ContactSnapshot) -> None:
        pass

    async def enter(self, state: State, at: datetime) -> None:
        pass
