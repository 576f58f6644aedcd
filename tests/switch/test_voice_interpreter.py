"""The interpreter, turn by turn: keys and sequences, entries, identity, branches, what is said, secrets."""

from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.switch.voice_book import HEAD, NOW, Walk, book_of, node, text_of

from kmcc.switch.announce import Language, SlotKind, say_amount, say_date, say_digits, say_month, say_number, say_time
from kmcc.switch.circuit import Cause
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice.interpreter import NewsError, begin, receive
from kmcc.switch.voice.step import FlowBook
from kmcc.switch.voice.value import Secret, Spoken
from kmcc.switch.voice.visit import Facts, Visit, Waits

MENUS = text_of(
    node(
        "root",
        'menu = ["welcome", "main-menu"], again = ["main-menu"], keys = { 1 = "below", 2 = "again", 12 = "end" }',
    ),
    node("below", 'menu = ["consult-menu"], keys = { 1 = "deep", "*1" = "root", 5 = "up" }'),
    node("deep", 'menu = ["consult"], repeats = 2, silence_s = 3.5, keys = { 1 = "below" }'),
)
WELCOME = ("welcome", "main-menu")


@pytest.fixture
def menus(tmp_path: Path) -> FlowBook:
    return book_of(tmp_path, MENUS)


def nodes(walk: Walk) -> list[str]:
    return [effect.node for effect in walk.all if isinstance(effect, fx.Arrived)]


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_menu_is_played_whole_the_first_time_and_again_as_it_says(menus: FlowBook) -> None:
    walk = Walk(menus)
    assert walk.all == (fx.Arrived("root"), fx.Listen(WELCOME, 5.0))
    assert walk.keys("2").heard == ("main-menu",)


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ("1~", "below"),  # 1 begins 12: a second key is waited for
        ("12", "end"),
        ("11", "deep"),  # 1, and what follows is the next key
        ("1~1", "deep"),
        ("1~11", "below"),
        ("1~5", "root"),
        ("1~*~", "root"),
        ("1~1*~", "below"),
        ("1~1*~*~", "root"),
        ("1~1*5", "root"),  # a star that is no sequence with the 5: up, and there 5 is up again
        ("*~", "root"),
        ("0", "end"),
        ("*0", "end"),
        ("1~*0", "end"),
        ("1~1*0", "end"),
        ("1~*1", "root"),
        ("1~1*1", "deep"),  # no sequence here: up, then 1 down again
        ("1~**~", "root"),
        ("###", "end"),  # wrong three times
        ("~~~", "end"),
        ("1~1~~", "end"),  # this menu has its own patience
        ("~~1~~~", "below"),  # a valid key makes good what was missed
    ],
)
def test_where_keys_lead(menus: FlowBook, keys: str, where: str) -> None:
    assert Walk(menus).keys(keys).visit.node == where


def test_who_comes_back_is_not_deeper(menus: FlowBook) -> None:
    walk = Walk(menus).keys("1~")
    for _ in range(5):
        walk.keys("11")
        assert walk.visit.path == ("root", "below")


def test_a_wrong_key_and_silence_are_told_before_the_menu(menus: FlowBook) -> None:
    walk = Walk(menus).keys("1~7")
    assert walk.all == (fx.Missed("below", "7"), fx.Listen(("invalid-key", "consult-menu"), 5.0))
    assert walk.keys("~").all == (fx.Missed("below", ""), fx.Listen(("no-key", "consult-menu"), 5.0))
    assert walk.keys("*~1~1").last == fx.Listen(("consult",), 3.5)


def test_the_second_key_of_two_has_its_own_time(menus: FlowBook) -> None:
    assert Walk(menus).keys("1").last == fx.Listen((), 0.8)


def test_a_caller_who_presses_for_ever_comes_to_the_end(menus: FlowBook) -> None:
    walk = Walk(menus)
    turns = 0
    while isinstance(walk.last, fx.Listen):
        walk.keys("2" if walk.visit.node == "root" else "5")
        turns += 1
    assert turns == 40
    assert walk.visit.node == "end"


# --- entries ---------------------------------------------------------------------------------------------------------

ENTRY = text_of(
    node(
        "root",
        'collect = "number", prompts = ["enter-number"], least = 3, most = 8, tries = 2, wrong = "number-wrong", '
        'nothing = "nothing"',
        'play = ["number-is", "{number}"]',
        'goto = "end"',
    ),
    node("nothing", 'hang_up = "refused", after_s = 0'),
)


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("123#", "123"),
        ("12345678#", "12345678"),
        ("123~", "123"),
        ("12#123#", "123"),
        ("123456789#456#", "456"),
        ("~456#", "456"),
        ("99*123#", "123"),  # a star takes back what was pressed
        ("*123#", "123"),
        ("A23#777~", "777"),
    ],
)
def test_a_number_is_taken(tmp_path: Path, keys: str, number: str) -> None:
    walk = Walk(book_of(tmp_path, ENTRY)).keys(keys)
    assert walk.heard == ("number-is", *say_digits(number, Language.ZH))
    assert walk.done().heard == ("goodbye",)


@pytest.mark.parametrize("keys", ["~~", "##", "12#~", "1" * 32 + "#"])
def test_so_often_in_vain(tmp_path: Path, keys: str) -> None:
    assert Walk(book_of(tmp_path, ENTRY)).keys(keys).last == fx.Release(Cause.REFUSED, 0.0)


def test_what_is_said_before_the_second_try(tmp_path: Path) -> None:
    book = book_of(tmp_path, ENTRY)
    assert Walk(book).keys("12#").heard == ("number-wrong", "enter-number")
    assert Walk(book).keys("~").heard == ("no-key", "enter-number")


def test_a_star_alone_leads_to_the_menu_above_and_with_zero_to_a_person(tmp_path: Path) -> None:
    text = text_of(
        node("root", 'menu = ["main-menu"], keys = { 1 = "ask" }'),
        node("ask", 'collect = "n", prompts = ["enter-number"], most = 8, nothing = "end"', 'goto = "end"'),
    )
    book = book_of(tmp_path, text)
    assert Walk(book).keys("1*~").visit.path == ("root",)
    assert Walk(book).keys("112*~").visit.path == ("root",)
    assert Walk(book).keys("112*0").visit.node == "end"


# --- identity ------------------------------------------------------------------------------------------------------


def identity(known: str = "", account: str = 'account = ["enter-number"], ') -> str:
    return text_of(
        node("root", 'menu = ["main-menu"], keys = { 1 = "who" }'),
        node(
            "who",
            f'authenticate = "identity", {account}{known}password = ["enter-password"], wrong = "password-wrong", '
            'refused = "refused"',
            'play = ["number-is", "{account}"]',
            'goto = "root"',
        ),
        node("refused", 'hang_up = "authentication_failed", after_s = 0'),
    )


def test_who_is_right_is_not_asked_again(tmp_path: Path) -> None:
    """R-247."""
    walk = Walk(book_of(tmp_path, identity())).keys("1")
    assert walk.last == fx.Listen(("enter-number",), 5.0, is_secret=True)
    assert walk.keys("77#").last == fx.Listen(("enter-password",), 5.0, is_secret=True)
    assert walk.keys("12#").last == fx.Verify("identity", Secret("77"), Secret("12"))
    assert walk.told("done", number="3190001").heard[0] == "number-is"
    assert walk.done().keys("1").heard[0] == "number-is"


@pytest.mark.parametrize("first", ["1#2#", "1#~", "~2#"])
def test_twice_wrong(tmp_path: Path, first: str) -> None:
    """R-244: the caller is never told what was wrong."""
    walk = Walk(book_of(tmp_path, identity())).keys("1" + first)
    if isinstance(walk.last, fx.Verify):
        walk.told("wrong")
    assert walk.heard == ("password-wrong", "enter-number")
    walk.keys("1#2#").told("wrong")
    assert walk.all[0] == fx.Refused("identity", 2)
    assert walk.last == fx.Release(Cause.AUTHENTICATION_FAILED, 0.0)


def test_a_check_that_fails_is_the_houses_fault(tmp_path: Path) -> None:
    assert Walk(book_of(tmp_path, identity())).keys("11#2#").told("failed").visit.node == "end"


def test_an_account_that_is_known_is_not_asked(tmp_path: Path) -> None:
    text = identity('known = "calling", ', "").replace('{ 1 = "who" }', '{ 1 = "given" }') + node(
        "given", 'branch = "number_given", cases = { yes = "who" }, otherwise = "end"'
    )
    walk = Walk(book_of(tmp_path, text)).keys("1")
    assert walk.last == fx.Listen(("enter-password",), 5.0, is_secret=True)
    assert walk.keys("12#").last == fx.Verify("identity", Secret("3190001"), Secret("12"))
    assert Walk(book_of(tmp_path, text), calling=None).keys("1").visit.node == "end"


# --- the centre's work -----------------------------------------------------------------------------------------------

QUERY = text_of(
    node(
        "root",
        'collect = "number", prompts = ["enter-number"], most = 8, nothing = "end"',
        'query = "balance", given = { number = "number" }, into = { owed = "owed", since = "since", story = "story" }, '
        'on = { unknown = "unknown" }',
        'say = "owed"',
        'play = ["{story}", "{since}"]',
        'goto = "end"',
    ),
    node("unknown", 'play = ["number-wrong"]', 'goto = "root"'),
)


@pytest.mark.parametrize("language", Language)
def test_an_answer_is_said_in_the_callers_language(tmp_path: Path, language: Language) -> None:
    walk = Walk(book_of(tmp_path, QUERY), language=language).keys("12345#")
    assert walk.last == fx.Ask("balance", {"number": "12345"})
    story = ("bill-for", Spoken(SlotKind.MONTH, (2000, 4)))
    walk.told("done", owed=3560, since=date(2000, 5, 1), story=story)
    assert walk.heard == say_amount(3560, language)
    assert walk.done().heard == ("bill-for", *say_month(2000, 4, language), *say_date(date(2000, 5, 1), language))
    assert dict(walk.visit.told) == {"number": "12345", "owed": 3560, "since": date(2000, 5, 1)}


def test_other_outcomes_lead_where_the_flow_says(tmp_path: Path) -> None:
    book = book_of(tmp_path, QUERY)
    assert Walk(book).keys("1#").told("unknown").heard == ("number-wrong",)
    assert Walk(book).keys("1#").told("failed").visit.node == "end"


def test_every_kind_of_value_has_its_grammar(tmp_path: Path) -> None:
    into = 'into = { n = "n", month = "month", at = "at", digits = "digits" }'
    parts = '"{n}", "{n:count}", "{month}", "{at}", "{digits}"'
    book = book_of(tmp_path, text_of(node("root", f'query = "fill", {into}', f"play = [{parts}]", 'goto = "end"')))
    for language in Language:
        walk = Walk(book, language=language).told("done", n=2, month=(2000, 12), at=time(8, 5), digits="010")
        assert walk.heard == (
            *say_number(2, language),
            *(("liang",) if language is Language.ZH else ("digit-2",)),
            *say_month(2000, 12, language),
            *say_time(time(8, 5), language),
            *say_digits("010", language),
        )


ERRANDS = [
    ('transfer = "bill", full = "other"', fx.ToSeat("bill"), ("full",)),
    ('transfer = "any", full = "other"', fx.ToSeat(None), ("full",)),
    ('fax = "bill", on = { kept = "other", unavailable = "other" }', fx.SendFax("bill"), ("kept", "unavailable")),
    (
        'record = "idea", prompts = ["leave-suggestion"], limit_s = 30, nothing = "other"',
        fx.TakeMessage("idea", ("leave-suggestion",), 30.0, 5.0),
        ("nothing",),
    ),
    ('callback = "fault", number = "called", refused = "other"', fx.PromiseCall("fault", "1000"), ("refused",)),
]


@pytest.mark.parametrize(("step", "effect", "outcomes"), ERRANDS)
def test_errands_and_their_outcomes(tmp_path: Path, step: str, effect: fx.Effect, outcomes: tuple[str, ...]) -> None:
    other = node("other", 'hang_up = "congestion", after_s = 0')
    book = book_of(tmp_path, text_of(node("root", step, 'goto = "end"'), other))
    assert Walk(book).last == effect
    assert Walk(book).told("done").heard == ("goodbye",)
    for outcome in outcomes:
        assert Walk(book).told(outcome).last == fx.Release(Cause.CONGESTION, 0.0)


# --- branches --------------------------------------------------------------------------------------------------------

HOURS = HEAD + (
    '[calendars.office]\nhours = [{ days = ["mon", "tue", "wed", "thu", "fri"], start = "08:30", end = "17:30" },\n'
    '  { days = ["sat"], start = "09:00", end = "00:00" }]\nclosed_on = [2000-05-01]\n'
)


@pytest.mark.parametrize(
    ("when", "word"),
    [
        ("2000-05-22 08:29:59", "closed"),
        ("2000-05-22 08:30:00", "open"),
        ("2000-05-22 17:29:59", "open"),
        ("2000-05-22 17:30:00", "closed"),
        ("2000-05-20 23:59:59", "open"),  # Saturday, until midnight
        ("2000-05-21 12:00:00", "closed"),  # Sunday
        ("2000-05-01 12:00:00", "closed"),  # a Monday, but May Day
    ],
)
def test_a_calendar_says_open_or_closed(tmp_path: Path, when: str, word: str) -> None:
    branch = node("root", 'branch = "office", cases = { open = "open" }, otherwise = "closed"')
    ends = [node(name, 'hang_up = "normal", after_s = 0') for name in ("open", "closed")]
    book = book_of(tmp_path, text_of(branch, *ends, head=HOURS))
    now = datetime.fromisoformat(when).replace(tzinfo=NOW.tzinfo)
    assert Walk(book, now=now).visit.node == word


def test_branches_by_word_language_and_grade(tmp_path: Path) -> None:
    book = book_of(
        tmp_path,
        text_of(
            node(
                "root",
                'branch = "grade", cases = { vip = "end" }',
                'query = "kind-of-line", into = { line = "line" }',
                'branch = "line", cases = { isdn = "end" }',
                'language = "other"',
                'branch = "language", cases = { en = "english" }, otherwise = "end"',
            ),
            node("english", 'language = "zh"', 'play = ["hello"]', 'goto = "end"'),
        ),
    )
    assert Walk(book).told("done", line="isdn").visit.node == "end"
    walk = Walk(book).told("done", line="pots")
    assert walk.all == (
        fx.Speak(Language.EN),
        fx.Arrived("english"),
        fx.Speak(Language.ZH),
        fx.Say(("hello",)),
    )
    facts = Facts("centre", "1000", None, "vip", Language.ZH)
    assert begin(book, "centre", facts, NOW)[0].node == "end"


# --- turns -----------------------------------------------------------------------------------------------------------

NEWS: tuple[fx.News, ...] = (fx.Done(), fx.Key("1"), fx.Told("done"))
FITS = {Waits.FOR_DONE: fx.Done, Waits.FOR_KEY: fx.Key, Waits.FOR_RESULT: fx.Told, Waits.FOR_NOTHING: None}


def waiting(tmp_path: Path) -> dict[Waits, Walk]:
    book = book_of(tmp_path, QUERY)
    return {
        Waits.FOR_KEY: Walk(book),
        Waits.FOR_RESULT: Walk(book).keys("1#"),
        Waits.FOR_DONE: Walk(book).keys("1#").told("unknown"),
        Waits.FOR_NOTHING: Walk(book).keys("1#").told("failed").done(),
    }


def test_news_that_nobody_waits_for_changes_nothing(tmp_path: Path) -> None:
    for waits, walk in waiting(tmp_path).items():
        assert walk.visit.waits is waits
        for news in NEWS:
            if type(news) is not FITS[waits]:
                before = deepcopy(walk.visit)
                with pytest.raises(NewsError, match=r"^node '\w+': expected \w+, got \w+$"):
                    walk.hear(news)
                assert walk.visit == before


PRESSED = st.lists(st.sampled_from([*"0123456789*#A", ""]), max_size=25)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PRESSED)
def test_a_turn_leaves_the_visit_that_it_was_given(menus: FlowBook, pressed: list[str]) -> None:
    visit: Visit
    visit, _ = begin(menus, "centre", Facts("centre", "1000", None, "ordinary", Language.ZH), NOW)
    for key in pressed:
        if visit.waits is not Waits.FOR_KEY:
            break
        before = deepcopy(visit)
        after, effects = receive(menus, visit, fx.Key(key), NOW)
        assert visit == before
        assert receive(menus, visit, fx.Key(key), NOW) == (after, effects)
        visit = after


SECRET = text_of(
    node(
        "root",
        'collect = "pin", secret = true, prompts = ["enter-password"], least = 6, most = 6, nothing = "end"',
        'query = "keep", given = { pin = "pin" }',
        'transfer = "any", full = "end"',
        'goto = "end"',
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pin=st.text("3456789", min_size=6, max_size=6), mistake=st.text("3456789", min_size=3, max_size=5))
def test_no_secret_is_in_any_text(tmp_path: Path, pin: str, mistake: str) -> None:
    """The digits pressed, in a row, are in no repr of a visit, of an effect or of what a seat is shown."""
    walk = Walk(book_of(tmp_path, SECRET), calling=None)
    texts: list[str] = []
    for key in f"{mistake}#{mistake}*{pin}#":
        walk.keys(key)
        texts += [repr(walk.visit), repr(walk.all), repr(fx.Key(key))]
        assert not isinstance(walk.last, fx.Listen) or walk.last.is_secret
    assert walk.last == fx.Ask("keep", {"pin": Secret(pin)})
    walk.told("done")
    texts += [repr(walk.visit), repr(walk.visit.told), str(Secret(pin)), f"{Secret(pin)}"]
    assert [text for text in texts if pin in text or mistake in text] == []


def test_the_end_of_every_flow_is_a_release(menus: FlowBook) -> None:
    walk = Walk(menus).keys("0").done()
    assert walk.last == fx.Release(Cause.NORMAL, 10.0)
