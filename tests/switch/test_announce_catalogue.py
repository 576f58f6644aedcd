"""The catalogue that ships, and every way in which a catalogue can be wrong."""

import pytest

from kmcc.switch.announce import (
    Announcement,
    CatalogueError,
    Language,
    Slot,
    SlotKind,
    packaged_catalogue,
    parse_catalogue,
)
from kmcc.switch.announce.language import WORDS

PACKAGED = packaged_catalogue()

# What the flows of the 1000 desk say (R-201, R-236, R-242..R-250, dunning, queue).
NEEDED = (
    *("welcome", "main-menu", "consult", "enter-number", "enter-password", "password-wrong", "password-wrong-twice"),
    *("no-bill", "transferring", "please-hold", "all-busy", "seat-busy", "goodbye", "invalid-key", "vacant-number"),
    *("press-1-again", "press-1-confirm", "technical-fault"),
)
NEEDED_SENTENCES = ("number-changed", "bill", "queue-position", "seat-will-serve", "reminder")

FAULTS = [
    ("[prompts", "TOML"),
    ("[prompts.hello]\nzh = '你好'\n", r"prompts\.hello\.en"),
    ("[prompts.hello]\nzh = ''\nen = 'hello'\n", r"prompts\.hello\.zh"),
    ("[prompts.hello]\nzh = '你好'\nen = '  '\n", r"prompts\.hello\.en"),
    ("[prompts.hello]\nzh = '你好'\nen = 'hello'\nfr = 'salut'\n", r"prompts\.hello\.fr"),
    ("[prompts.'../hello']\nzh = '你好'\nen = 'hello'\n", "small letters"),
    ("[prompts.Hello]\nzh = '你好'\nen = 'hello'\n", "small letters"),
    ("[sentences]\n", "sentences"),
    ("[announcements.a]\nparts = []\n", r"announcements\.a\.parts"),
    ("[announcements.a]\nparts = ['nothing']\n", "not 'nothing'"),
    ("[announcements.a]\nparts = ['{it:money}']\n", "slots of the kinds digits"),
    ("[announcements.a]\nparts = ['{it:amount']\n", "not '{it:amount'"),
    ("[announcements.a]\nparts = ['{it:amount}', '{it:digits}']\n", "a different name for each slot"),
]


def test_the_desk_has_all_it_says() -> None:
    assert set(NEEDED) <= set(PACKAGED.prompts)
    assert set(NEEDED_SENTENCES) <= set(PACKAGED.announcements)
    assert set(WORDS) <= set(PACKAGED.prompts)


@pytest.mark.parametrize("name", PACKAGED.prompts)
def test_each_language_is_in_its_own_script(name: str) -> None:
    text = PACKAGED.prompts[name].said
    assert all("一" <= char <= "鿿" or char in "，。、" for char in text[Language.ZH])
    assert text[Language.EN].isascii()


@pytest.mark.parametrize("lang", Language)
def test_no_two_prompts_sound_the_same(lang: Language) -> None:
    texts = [prompt.voiced[lang] for prompt in PACKAGED.prompts.values()]
    assert len(set(texts)) == len(texts)


def test_number_changed_reads_the_new_number_digit_by_digit() -> None:
    names = PACKAGED.announcements["number-changed"].fill(Language.ZH, number="3190000")
    text = "".join(PACKAGED.prompts[name].said[Language.ZH] for name in names)
    assert text == "您拨打的号码已改为三幺九零零零零"


def test_a_bill_in_english() -> None:
    names = PACKAGED.announcements["bill"].fill(Language.EN, month=(1999, 11), amount=3560)
    text = " ".join(PACKAGED.prompts[name].said[Language.EN] for name in names)
    assert text == "Your telephone bill for November nineteen ninety nine is thirty five yuan sixty fen"


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_faults_name_the_file_and_the_row(text: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=rf"mine\.toml.*expected.*|mine\.toml, .*{message}") as caught:
        parse_catalogue(text, "mine.toml", PACKAGED)
    assert caught.match(message)


def test_a_whole_catalogue_needs_every_word() -> None:
    with pytest.raises(CatalogueError, match=r"prompts\.digit-0"):
        parse_catalogue("", "mine.toml")


def test_an_own_catalogue_is_laid_over() -> None:
    text = """
[prompts.welcome]
zh = "欢迎"
en = "Hello"
en_voice = "hullo"
[prompts.weather]
zh = "天气"
en = "The weather"
[announcements.weather]
parts = ["weather", "{degrees:number}"]
"""
    laid = parse_catalogue(text, "mine.toml", PACKAGED)
    assert laid.prompts["welcome"].said[Language.EN] == "Hello"
    assert laid.prompts["welcome"].voiced == {Language.ZH: "欢迎", Language.EN: "hullo"}
    assert laid.prompts["goodbye"] == PACKAGED.prompts["goodbye"]
    assert laid.announcements["weather"] == Announcement("weather", ("weather", Slot("degrees", SlotKind.NUMBER)))
    assert "weather" not in PACKAGED.prompts
