"""Who may do what: bearer tokens with a role each. Only their SHA-256 is known here, and no token is ever written."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer


class Role(Enum):
    """Each may do what those above it may; a seat does it only for itself."""

    READER = "reader"
    SEAT = "seat"
    SUPERVISOR = "supervisor"


RANK: Final = {role: rank for rank, role in enumerate(Role)}
BEARER: Final = HTTPBearer(auto_error=False, description="a token of the configuration")


@dataclass(frozen=True, slots=True)
class Token:
    """`seat` is the place of a seat, or of a supervisor: whose telephone rings when he wants to listen."""

    name: str
    role: Role
    sha256: str
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever gives an order."""

    name: str
    role: Role
    seat: str | None = None

    def may_act_for(self, seat: str) -> None:
        """A seat acts for itself only."""
        if self.role is not Role.SUPERVISOR and self.seat != seat:
            raise HTTPException(403, f"{self.name} may act for seat {self.seat} only, not for {seat}")


LOCAL: Final = Who("local", Role.SUPERVISOR)
"""Without tokens: whoever reaches the one machine that is listened to."""

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


class Guard:
    """The tokens of one house; none = everybody may do everything."""

    def __init__(self, tokens: Sequence[Token] = ()) -> None:
        self._tokens = tuple(tokens)

    @property
    def is_open(self) -> bool:
        return not self._tokens

    def needs(self, role: Role) -> Callable[[Credentials], Awaitable[Who]]:
        """A dependency: who asks, if he may do what this role may."""

        async def who(credentials: Credentials) -> Who:
            known = self._known(credentials)
            if RANK[known.role] < RANK[role]:
                raise HTTPException(403, f"{known.name} is a {known.role.value}, this needs a {role.value}")
            return known

        return who

    def _known(self, credentials: HTTPAuthorizationCredentials | None) -> Who:
        if self.is_open:
            return LOCAL
        if credentials is None:
            raise HTTPException(401, "no token", headers={"WWW-Authenticate": "Bearer"})
        digest = hashlib.sha256(credentials.credentials.encode()).hexdigest()
        found = [token for token in self._tokens if hmac.compare_digest(token.sha256, digest)]
        if not found:
            raise HTTPException(401, "a token that is not known", headers={"WWW-Authenticate": "Bearer"})
        return Who(found[0].name, found[0].role, found[0].seat)
