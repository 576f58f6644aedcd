"""The 1000 desk: answer, welcome, menu, what the caller chose, goodbye (R-235, R-236, R-246, R-247, R-250)."""

from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Final

from kmcc.centre.bills import AfterBill, tell_bill
from kmcc.centre.farewell import say_goodbye
from kmcc.centre.human import known_caller, talk_to_seat
from kmcc.centre.identity import IdentityRules, identify
from kmcc.store.customers import Customer
from kmcc.store.database import Database
from kmcc.store.errors import StoreError
from kmcc.switch.announce import Catalogue, Language
from kmcc.switch.calendar import Calendar
from kmcc.switch.call import Call
from kmcc.switch.voice_menu import Action, Menu, parse_menu, walk

MENU_FILE: Final = "menu.toml"
OTHER: Final = {Language.ZH: Language.EN, Language.EN: Language.ZH}


@dataclass(frozen=True, slots=True)
class Desk:
    """What every caller of the desk shares."""

    database: Database
    calendar: Calendar
    menu: Menu
    identity: IdentityRules = field(default_factory=IdentityRules)


def packaged_menu(catalogue: Catalogue) -> Menu:
    """The menu that comes with the program, checked against the prompts it is played with."""
    text = resources.files("kmcc.centre").joinpath(MENU_FILE).read_text(encoding="utf-8")
    return parse_menu(text, MENU_FILE, catalogue.prompts)


async def serve_desk(call: Call, desk: Desk) -> None:
    await _answer(call, desk)
    visit, menu = _Visit(call, desk), desk.menu
    while await visit.do((await walk(menu, call)).action):
        menu = replace(desk.menu, root=replace(desk.menu.root, prompts=desk.menu.root.again))  # one welcome a call
    await say_goodbye(call)


async def serve_bill(call: Call, desk: Desk) -> None:
    """The bill query's own number (R-101): the bill first, then the menu for all else."""
    await _answer(call, desk)
    visit = _Visit(call, desk)
    is_on = await visit.do(Action.BILL_QUERY)
    while is_on:
        is_on = await visit.do((await walk(desk.menu, call)).action)
    await say_goodbye(call)


async def serve_seat(call: Call, service: str | None, desk: Desk) -> None:
    """The old number of a desk that people serve (R-19, R-101)."""
    await _answer(call, desk)
    await _Visit(call, desk).to_seat(service)
    await say_goodbye(call)


async def _answer(call: Call, desk: Desk) -> None:
    """In the language of the line's owner, as far as it is known."""
    await call.answer()
    caller = await known_caller(call, desk.database)
    if caller is not None:
        call.language = caller.language


class _Visit:
    """One caller at the desk; he proves who he is once (R-247)."""

    def __init__(self, call: Call, desk: Desk) -> None:
        self._call = call
        self._desk = desk
        self._verified: Customer | None = None

    async def do(self, action: Action) -> bool:
        """Whether the menu follows."""
        match action:
            case Action.BILL_QUERY:
                return await self._bill()
            case Action.LANGUAGE:
                self._call.language = OTHER[self._call.language]
                await self._call.play(("language-changed",))
                return True
            case Action.HUMAN:
                await self.to_seat(None)
                return False
            case Action.REPEAT:
                return True
            case Action.GOODBYE:
                return False

    async def to_seat(self, service: str | None) -> None:
        await self._call.play(("transferring",))
        await talk_to_seat(self._call, service, self._desk.database, verified=self._verified)

    async def _bill(self) -> bool:
        """Without the database there is no bill; the caller is told so, and the desk goes on."""
        try:
            after = await self._tell()
        except StoreError as error:
            self._call.note("alarm.store", error=type(error).__name__)
            await self._call.play(("technical-fault",))
            return True
        if after is AfterBill.HUMAN:
            await self.to_seat("bill")
        return after is AfterBill.MENU

    async def _tell(self) -> AfterBill:
        desk = self._desk
        if self._verified is None:
            self._verified = await identify(self._call, desk.database, desk.calendar, desk.identity)
        return await tell_bill(self._call, self._verified, desk.database)
