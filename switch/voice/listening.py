"""Steps that listen to keys: menus, entries, and account with password (R-236, R-242, R-244, P-06, P-20..P-22)."""

from typing import Final

from kmcc.switch.voice import effects as fx
from kmcc.switch.voice import step as st
from kmcc.switch.voice.function import DONE, FAILED
from kmcc.switch.voice.turn import Turn
from kmcc.switch.voice.value import Secret
from kmcc.switch.voice.visit import Waits

HASH: Final = "#"
STAR: Final = "*"
MAX_ENTRY: Final = 32
"""Far above any number: the hash key ends the entry and is not left for what follows."""
WRONG: Final = "wrong"


def begin_menu(turn: Turn, step: st.Menu) -> None:
    place = (turn.visit.node, turn.visit.step)
    is_first = place not in turn.visit.seen
    turn.visit.seen |= {place}
    _play_menu(turn, step, turn.names(step.parts if is_first else step.again))


def _play_menu(turn: Turn, step: st.Menu, names: tuple[str, ...]) -> None:
    if turn.visit.misses == step.repeats or not turn.may_play():
        turn.go(step.exhausted)
    else:
        turn.listen(names, step.silence_s)


def hear_menu(turn: Turn, step: st.Menu, news: fx.Key) -> None:
    key = turn.sequence(news.key, step.keys)
    if key is None:
        return
    target = step.keys.get(key)
    if target is not None:
        turn.out.append(fx.Chose(turn.visit.node, key, target))
        turn.visit.misses = 0
        turn.go(target, (turn.visit.node, turn.visit.step))
        return
    turn.visit.misses += 1
    turn.out.append(fx.Missed(turn.visit.node, key))
    settings = turn.book.settings
    first = settings.invalid if key else settings.silence
    _play_menu(turn, step, (*((first,) if first else ()), *turn.names(step.again)))


def _hear_entry(turn: Turn, news: fx.Key, give_up: st.Target, *, is_secret: bool) -> bool:
    """Whether the entry is complete. A star may lead out of it, as the book's common keys say."""
    visit, settings = turn.visit, turn.book.settings
    if visit.pending or news.key == STAR:
        stars = {keys: target for keys, target in turn.book.common.items() if keys.startswith(STAR)}
        key = turn.sequence(news.key, stars, is_secret=is_secret)
        if key is not None:
            _after_star(turn, key, stars.get(key), give_up, is_secret=is_secret)
        return False
    if news.key in ("", HASH):
        return True
    visit.entry += news.key
    if len(visit.entry) >= MAX_ENTRY:
        return True
    turn.listen((), settings.key_gap_s, is_secret=is_secret)
    return False


def _after_star(turn: Turn, key: str, target: st.Target | None, give_up: st.Target, *, is_secret: bool) -> None:
    """Out of the entry; a star before other keys takes back what was pressed, and they are not heard by any menu."""
    visit = turn.visit
    if target is not None and not visit.ahead:
        turn.out.append(fx.Chose(visit.node, key, target))
        turn.go(target)
    elif turn.may_play():
        visit.entry = ""
        turn.listen((), turn.book.settings.key_gap_s, is_secret=is_secret)
    else:
        visit.ahead = ""
        turn.go(give_up)


def begin_collect(turn: Turn, step: st.Collect) -> None:
    _play_collect(turn, step, ())


def _play_collect(turn: Turn, step: st.Collect, first: tuple[str, ...]) -> None:
    turn.visit.entry = ""
    if turn.visit.tries == step.tries or not turn.may_play():
        turn.go(step.nothing)
    else:
        names = (*first, *turn.names(step.parts))
        turn.listen(names, turn.book.settings.silence_s, is_secret=step.is_secret)


def hear_collect(turn: Turn, step: st.Collect, news: fx.Key) -> None:
    if not _hear_entry(turn, news, step.nothing, is_secret=step.is_secret):
        return
    visit, entry = turn.visit, turn.visit.entry
    if step.least <= len(entry) <= step.most and entry.isdigit():
        visit.values[step.into] = Secret(entry) if step.is_secret else entry
        turn.next()
        return
    visit.tries += 1
    first = step.wrong if entry else turn.book.settings.silence
    _play_collect(turn, step, (first,) if first else ())


def begin_authenticate(turn: Turn, step: st.Authenticate) -> None:
    proved = turn.visit.proved.get(step.check)
    if proved is not None:
        turn.visit.values[step.into] = proved
        turn.next()
    else:
        _ask_who(turn, step, ())


def _ask_who(turn: Turn, step: st.Authenticate, first: tuple[str, ...]) -> None:
    """The account, or where it is known already the password; both are secrets: whoever forgets the hash key says the
    password while the account is asked."""
    visit = turn.visit
    if not turn.may_play():
        turn.go(step.refused)
        return
    visit.entry, visit.has_account = "", step.known is not None
    if step.known is not None:
        visit.account = Secret(str(visit.values[step.known]))
    parts = step.account if step.known is None else step.password
    turn.listen((*first, *turn.names(parts)), turn.book.settings.silence_s, is_secret=True)


def hear_authenticate(turn: Turn, step: st.Authenticate, news: fx.News) -> None:
    if isinstance(news, fx.Told):
        _hear_verdict(turn, step, news)
    elif isinstance(news, fx.Key) and _hear_entry(turn, news, step.refused, is_secret=True):
        visit, entry = turn.visit, Secret(turn.visit.entry)
        visit.entry = ""
        if not visit.has_account:
            visit.account, visit.has_account = entry, True
            turn.listen(turn.names(step.password), turn.book.settings.silence_s, is_secret=True)
        elif visit.account:
            turn.wait(fx.Verify(step.check, visit.account, entry), Waits.FOR_RESULT)
        else:
            _hear_verdict(turn, step, fx.Told(WRONG))


def _hear_verdict(turn: Turn, step: st.Authenticate, told: fx.Told) -> None:
    visit = turn.visit
    visit.account = Secret("")
    if told.outcome == DONE:
        visit.proved[step.check] = str(told.values["number"])
        visit.values[step.into] = visit.proved[step.check]
        turn.next()
    elif told.outcome == FAILED:
        turn.go(turn.book.settings.fault)
    elif (tries := visit.tries + 1) < step.tries:
        visit.tries = tries
        _ask_who(turn, step, (step.wrong,))
    else:
        turn.out.append(fx.Refused(step.check, tries))
        turn.go(step.refused)
