"""The interpreter of flows, without any input or output: (book, visit, news) -> (visit, effects).

A turn begins with one piece of news and runs step by step until something is waited for: its last effect. The visit
that came in is not changed, so every turn can be tried again from where it began. A book is checked before it gets
here: no flow goes round without waiting for the caller, no variable is used before it is set.

Keys: one that begins a longer sequence (`*` where there is `*0`) waits `second_key_s` for the rest; a rest that makes
no sequence is the next key. In an entry the hash key or a pause ends it, and a star leads out of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from kmcc.switch.announce import Language
from kmcc.switch.errors import SwitchError
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice import listening as keys
from kmcc.switch.voice import step as st
from kmcc.switch.voice.turn import Turn
from kmcc.switch.voice.visit import Facts, Visit, Waits, begin_at

Result = tuple[Visit, tuple[fx.Effect, ...]]


class NewsError(SwitchError):
    """News that nobody waits for. The visit is as it was."""

    def __init__(self, visit: Visit, news: fx.News) -> None:
        super().__init__(f"node {visit.node!r}: expected {visit.waits.value}, got {type(news).__name__.lower()}")


WAITS_FOR: Final[Mapping[Waits, type[fx.News] | None]] = {
    Waits.FOR_DONE: fx.Done,
    Waits.FOR_KEY: fx.Key,
    Waits.FOR_RESULT: fx.Told,
    Waits.FOR_NOTHING: None,
}


def begin(book: st.FlowBook, entry: str, facts: Facts, now: datetime) -> Result:
    """A caller comes in at an entry of the book."""
    visit = begin_at(book.entries[entry], facts)
    turn = Turn(book, visit, now)
    turn.out.append(fx.Arrived(visit.node))
    return _run(turn)


def receive(book: st.FlowBook, visit: Visit, news: fx.News, now: datetime) -> Result:
    """One turn. NewsError when the visit waits for something else."""
    if type(news) is not WAITS_FOR[visit.waits]:
        raise NewsError(visit, news)
    turn = Turn(book, visit.copy(), now)
    HEAR[type(turn.step)](turn, turn.step, news)
    return _run(turn)


def _run(turn: Turn) -> Result:
    """Step by step, until something is waited for."""
    while not turn.is_waiting:
        if turn.typed is None:
            BEGIN[type(turn.step)](turn, turn.step)
        else:
            key, turn.typed = turn.typed, None
            HEAR[type(turn.step)](turn, turn.step, fx.Key(key))
    return turn.visit, tuple(turn.out)


# --- steps that only move --------------------------------------------------------------------------------------------


def _begin_go_to(turn: Turn, step: st.GoTo) -> None:
    turn.go(step.target)


def _begin_branch(turn: Turn, step: st.Branch) -> None:
    calendar = turn.book.calendars.get(step.on)
    if calendar is not None:
        word = calendar.word(turn.now)
    else:
        word = turn.visit.language.value if step.on == "language" else str(turn.visit.values[step.on])
    target = step.cases.get(word, step.otherwise)
    if target is None:
        turn.next()
    else:
        turn.go(target)


def _begin_language(turn: Turn, step: st.SetLanguage) -> None:
    language = OTHER[turn.visit.language] if step.language is None else step.language
    turn.visit.language = language
    turn.out.append(fx.Speak(language))
    turn.next()


OTHER: Final = {Language.ZH: Language.EN, Language.EN: Language.ZH}


def _begin_play(turn: Turn, step: st.Play) -> None:
    names = turn.names(step.parts)
    if names:
        turn.wait(fx.Say(names), Waits.FOR_DONE)
    else:
        turn.next()


def _hear_play(turn: Turn, step: st.Play, news: fx.Done) -> None:  # noqa: ARG001
    turn.next()


# --- steps that the centre does -------------------------------------------------------------------------------------


def _begin_query(turn: Turn, step: st.Query) -> None:
    values = {name: turn.visit.values[variable] for name, variable in step.given.items()}
    turn.wait(fx.Ask(step.function, values), Waits.FOR_RESULT)


def _hear_query(turn: Turn, step: st.Query, told: fx.Told) -> None:
    if turn.settle(told, step.on):
        for name, variable in step.into.items():
            turn.visit.values[variable] = told.values[name]


def _begin_transfer(turn: Turn, step: st.Transfer) -> None:
    turn.wait(fx.ToSeat(step.service), Waits.FOR_RESULT)


def _hear_transfer(turn: Turn, step: st.Transfer, told: fx.Told) -> None:
    turn.settle(told, {"full": step.full})


def _begin_fax(turn: Turn, step: st.Fax) -> None:
    turn.wait(fx.SendFax(step.document), Waits.FOR_RESULT)


def _hear_fax(turn: Turn, step: st.Fax, told: fx.Told) -> None:
    turn.settle(told, step.on)


def _begin_record(turn: Turn, step: st.Record) -> None:
    names = turn.names(step.parts)
    turn.wait(fx.TakeMessage(step.topic, names, step.limit_s, step.silence_s), Waits.FOR_RESULT)


def _hear_record(turn: Turn, step: st.Record, told: fx.Told) -> None:
    turn.settle(told, {"nothing": step.nothing})


def _begin_call_back(turn: Turn, step: st.CallBack) -> None:
    turn.wait(fx.PromiseCall(step.service, str(turn.visit.values[step.number])), Waits.FOR_RESULT)


def _hear_call_back(turn: Turn, step: st.CallBack, told: fx.Told) -> None:
    turn.settle(told, {"refused": step.refused})


def _begin_hang_up(turn: Turn, step: st.HangUp) -> None:
    turn.wait(fx.Release(step.cause, step.after_s), Waits.FOR_NOTHING)


# A step's type chooses its functions, so each of them may trust what it gets.
BEGIN: Final[Mapping[type[st.Step], Callable[[Turn, Any], None]]] = {
    st.Play: _begin_play,
    st.Collect: keys.begin_collect,
    st.Menu: keys.begin_menu,
    st.Branch: _begin_branch,
    st.Query: _begin_query,
    st.Authenticate: keys.begin_authenticate,
    st.Transfer: _begin_transfer,
    st.Fax: _begin_fax,
    st.Record: _begin_record,
    st.CallBack: _begin_call_back,
    st.HangUp: _begin_hang_up,
    st.SetLanguage: _begin_language,
    st.GoTo: _begin_go_to,
}
HEAR: Final[Mapping[type[st.Step], Callable[[Turn, Any, Any], None]]] = {
    st.Play: _hear_play,
    st.Collect: keys.hear_collect,
    st.Menu: keys.hear_menu,
    st.Query: _hear_query,
    st.Authenticate: keys.hear_authenticate,
    st.Transfer: _hear_transfer,
    st.Fax: _hear_fax,
    st.Record: _hear_record,
    st.CallBack: _hear_call_back,
}
