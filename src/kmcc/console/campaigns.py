"""Campaigns over HTTP: check, add, start, stop, resume, status, report; previews for seats; the do-not-call list."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Path
from fastapi.exceptions import HTTPException
from pydantic import BaseModel, ConfigDict, Field

from kmcc.centre.campaigns.contact_list import read_contacts
from kmcc.centre.campaigns.desk import CampaignDesk, CampaignRecord
from kmcc.centre.campaigns.errors import NotNowError
from kmcc.centre.campaigns.order import CampaignOrder
from kmcc.centre.campaigns.preflight_report import preflight_json
from kmcc.centre.campaigns.status import CampaignStatus
from kmcc.console.access import Guard, Role, Who
from kmcc.console.problem import ANSWERS
from kmcc.errors import KmccError
from kmcc.store.database import Database
from kmcc.store.do_not_call import DoNotCall, Protected
from kmcc.store.errors import CampaignExistsError, StoreError, UnknownCampaignError
from kmcc.switch.autodial.errors import CampaignError
from kmcc.switch.autodial.plan import Contact

T = TypeVar("T")
Name = Annotated[str, Path(max_length=80)]
Number = Annotated[str, Path(pattern="^[0-9]{1,20}$")]
ReadOrder = Callable[[str, str], CampaignOrder]

STATUS: Final[Mapping[type[KmccError], HTTPStatus]] = {
    UnknownCampaignError: HTTPStatus.NOT_FOUND,
    CampaignExistsError: HTTPStatus.CONFLICT,
    NotNowError: HTTPStatus.CONFLICT,
    CampaignError: HTTPStatus.CONFLICT,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class CampaignBody(BaseModel):
    """A campaign file, as TOML text, and its list, as CSV text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    definition: str = Field(max_length=100_000)
    contacts: str = Field(max_length=200_000_000)


class ContactBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: str = Field(max_length=80)


class SeatBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seat: str = Field(max_length=32)


class PreviewBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    contact: str = Field(max_length=80)
    seat: str = Field(max_length=32)


class ReasonBody(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str = Field(max_length=200)


class CampaignRoom:
    """What the routes need of the house."""

    def __init__(
        self, desk: CampaignDesk, database: Database, now: Callable[[], datetime], read_order: ReadOrder
    ) -> None:
        self.desk = desk
        self.database = database
        self.now = now
        self._read_order = read_order

    def read(self, body: CampaignBody) -> tuple[CampaignOrder, tuple[Contact, ...]]:
        order = self._read_order(body.definition, "definition")
        return order, read_contacts(body.contacts, "contacts", said=order.columns())


async def answered(work: Awaitable[T]) -> T:
    """The result; an error of ours as an answer with its text."""
    try:
        return await work
    except KmccError as error:
        found = (status for kind, status in STATUS.items() if isinstance(error, kind))
        code = next(found, HTTPStatus.UNPROCESSABLE_ENTITY)
        raise HTTPException(code, str(error)) from None


def campaign_routers(room: CampaignRoom, guard: Guard) -> tuple[APIRouter, ...]:
    return _campaigns_router(room, guard), _do_not_call_router(room, guard)


def _campaigns_router(room: CampaignRoom, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/campaigns", tags=["campaigns"], responses=ANSWERS)
    reader, chief = [Depends(guard.needs(Role.READER))], [Depends(guard.needs(Role.SUPERVISOR))]
    desk = room.desk

    @router.get("", dependencies=reader)
    async def campaigns() -> list[CampaignStatus]:
        return list(await answered(desk.all()))

    @router.post("/check", dependencies=reader)
    async def check(body: CampaignBody) -> dict[str, Any]:
        """Who would be skipped, and why; nothing is kept."""

        async def work() -> dict[str, Any]:
            order, contacts = await asyncio.to_thread(room.read, body)
            return preflight_json(order.name, await desk.check(order, contacts))

        return await answered(work())

    @router.post("", status_code=HTTPStatus.CREATED, dependencies=chief)
    async def add(body: CampaignBody) -> dict[str, Any]:
        """Keep it, not started; the answer is its pre-flight report."""

        async def work() -> dict[str, Any]:
            order, contacts = await asyncio.to_thread(room.read, body)
            return preflight_json(order.name, await desk.add(body.definition, order, contacts))

        return await answered(work())

    @router.get("/{name}", dependencies=reader)
    async def status(name: Name) -> CampaignStatus:
        return await answered(desk.status(name))

    @router.get("/{name}/report", dependencies=reader)
    async def report(name: Name) -> dict[str, Any]:
        return record_json(await answered(desk.report(name)))

    @router.post("/{name}/start", dependencies=chief)
    async def start(name: Name) -> CampaignStatus:
        await answered(desk.start(name))
        return await answered(desk.status(name))

    @router.post("/{name}/stop", dependencies=chief)
    async def stop(name: Name) -> CampaignStatus:
        await answered(desk.stop(name))
        return await answered(desk.status(name))

    @router.post("/{name}/resume", dependencies=chief)
    async def resume(name: Name) -> CampaignStatus:
        await answered(desk.resume(name))
        return await answered(desk.status(name))

    @router.post("/{name}/withdraw", status_code=HTTPStatus.NO_CONTENT, dependencies=chief)
    async def withdraw(name: Name, body: ContactBody) -> None:
        """The reason to call this contact is gone."""
        await answered(desk.withdraw(name, body.contact))

    _add_previews(router, desk, guard)
    return router


def _add_previews(router: APIRouter, desk: CampaignDesk, guard: Guard) -> None:
    needs_seat = Depends(guard.needs(Role.SEAT))

    @router.post("/{name}/preview")
    async def preview(name: Name, body: SeatBody, who: Annotated[Who, needs_seat]) -> dict[str, Any] | None:
        """Whom this seat might call next, kept for it until it takes or passes him; null = nobody now."""
        who.may_act_for(body.seat)
        shown = await answered(desk.preview(name, body.seat))
        if shown is None:
            return None
        one, contact = shown
        return {"contact": one.contact, "number": one.number, "seat": one.seat, "data": dict(contact.data)}

    @router.post("/{name}/preview/take", status_code=HTTPStatus.ACCEPTED)
    async def take(name: Name, body: PreviewBody, who: Annotated[Who, needs_seat]) -> None:
        """The call is placed; when a person answers, this seat's telephone rings."""
        who.may_act_for(body.seat)
        await answered(desk.take_preview(name, body.contact, body.seat))

    @router.post("/{name}/preview/pass", status_code=HTTPStatus.NO_CONTENT)
    async def pass_over(name: Name, body: PreviewBody, who: Annotated[Who, needs_seat]) -> None:
        who.may_act_for(body.seat)
        await answered(desk.pass_preview(name, body.contact, body.seat))


def _do_not_call_router(room: CampaignRoom, guard: Guard) -> APIRouter:
    router = APIRouter(prefix="/do-not-call", tags=["campaigns"], responses=ANSWERS)
    reader, chief = [Depends(guard.needs(Role.READER))], [Depends(guard.needs(Role.SUPERVISOR))]

    @router.get("", dependencies=reader)
    async def protected() -> list[Protected]:
        return list(await answered(room.database.run(lambda session: DoNotCall(session).all())))

    @router.put("/{number}", dependencies=chief)
    async def add(number: Number, body: ReasonBody) -> Protected:
        """From this moment on no campaign dials it."""
        now = room.now()
        return await answered(room.database.run(lambda session: DoNotCall(session).add(number, body.why, now)))

    @router.delete("/{number}", status_code=HTTPStatus.NO_CONTENT, dependencies=chief)
    async def remove(number: Number) -> None:
        if not await answered(room.database.run(lambda session: DoNotCall(session).remove(number))):
            raise HTTPException(HTTPStatus.NOT_FOUND, f"{number} is not on the list")

    return router


def record_json(record: CampaignRecord) -> dict[str, Any]:
    """Each contact with its fate and its attempts, in the order of the list."""
    attempts: dict[str, list[dict[str, Any]]] = {}
    for one in record.attempts:
        shown = {**asdict(one), "result": None if one.result is None else one.result.value}
        del shown["contact"]
        attempts.setdefault(one.contact, []).append(shown)
    contacts = [
        {
            "contact": saved.contact,
            "verdict": None if saved.verdict is None else saved.verdict.value,
            "due": saved.due,
            "attempts": attempts.get(saved.contact, []),
            "answers": dict(record.answers.get(saved.contact, {})),
        }
        for saved in record.listed.snapshot.contacts
    ]
    skipped = [{"contact": one.contact.id, "why": one.why.value} for one in record.listed.skipped]
    tally = {question: dict(counts) for question, counts in record.tally.items()}
    return {"status": asdict(record.status), "contacts": contacts, "skipped": skipped, "tally": tally}
