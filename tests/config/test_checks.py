"""What does not fit together, one rule after the other. Each text is wrong in one way only."""

import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from kmcc.config import Config
from kmcc.config.checks import check
from kmcc.switch.prompts import packaged_directory

Refuse = Callable[[str], list[str]]

OUT = '[[trunk_groups]]\nname = "kunming-out"\nchannels = "21-30"\ndirection = "out"\n'  # the default numbers need it


def group(name: str, channels: str, more: str = "") -> str:
    return f'[[trunk_groups]]\nname = "{name}"\nchannels = "{channels}"\n{more}'


def number(prefix: str, low: int, high: int, target: str) -> str:
    return f'[[numbers]]\nprefix = "{prefix}"\nmin_digits = {low}\nmax_digits = {high}\n{target}\n'


def token(role: str, seat: str | None, digit: str) -> str:
    """One whose SHA-256 is this digit, again and again."""
    row = f'[[http.tokens]]\nname = "{role}"\nrole = "{role}"\nsha256 = "{digit * 64}"\n'
    return row if seat is None else f'{row}seat = "{seat}"\n'


def seat(name: str, line: int, more: str = "") -> str:
    return f'[[seats]]\nid = "{name}"\nline = {line}\nskills = {{ bill = 1 }}\n{more}'


ACCESS = number("1000", 4, 4, 'service = "centre"')

REFUSED = [
    (
        OUT + group("a", "1-10") + group("b", "1,9-12,30"),
        [
            ':10: trunk_groups[2].channels: found 1,9-10; expected channels that are not in group "a" of the same span',
            ":10: trunk_groups[2].channels: found 30; "
            'expected channels that are not in group "kunming-out" of the same span',
        ],
    ),
    (
        OUT + '[[boards]]\nurl = "sim://a"\nspans = 40\n[[boards]]\nurl = "sim://b"\nspans = 25\n',
        [":10: boards[1].spans: found 65; expected at most 64 spans of all [[boards]] together"],
    ),
    (
        OUT + "[media]\nclock_board = 1\n",
        [":6: media.clock_board: found 1; expected one of 1 [[boards]], counted from 0"],
    ),
    (
        OUT + group("a", "1-10", "board = 1\n"),
        [":8: trunk_groups[1].board: found 1; expected one of 1 [[boards]], counted from 0"],
    ),
    (
        OUT + group("a", "1-10", "span = 1\n"),
        [":8: trunk_groups[1].span: found 1; expected a number below 1: boards[0] has 1 span, counted from 0"],
    ),
    (
        OUT + group("kunming-out", "1-10"),
        [':6: trunk_groups[1].name: found "kunming-out"; expected another name than that of trunk_groups[0]'],
    ),
    (
        OUT + group("a", "1", "[trunk_groups.profile.timers]\nt1 = -1\n"),
        [":9: trunk_groups[1].profile.timers.t1: profile a: timers.t1 must be above 0 ms, got -1"],
    ),
    (
        OUT + group("a", "1", "[trunk_groups.profile.register]\nka = 1\nani_after_digits = 100\n"),
        [
            ":10: trunk_groups[1].profile.register.ani_after_digits: "
            "profile a: register.ani_after_digits must be 0..99, got 100"
        ],
    ),
    (
        OUT + '[[routes]]\nname = "kunming-out"\ntrunk_groups = ["kunming-out", "elsewhere", "kunming-out"]\n',
        [
            ':6: routes[0].name: found "kunming-out"; expected a name that no trunk group or route has',
            ':7: routes[0].trunk_groups[1]: found "elsewhere"; '
            "expected a trunk group with direction out or both (kunming-out)",
            ':7: routes[0].trunk_groups[2]: found "kunming-out"; expected each trunk group once',
        ],
    ),
    (
        ACCESS + number("3", 7, 7, 'route = "nowhere"'),
        [
            ':10: numbers[1].route: found "nowhere"; '
            "expected a route, or a trunk group with direction out or both (kunming-out)"
        ],
    ),
    (
        ACCESS + number("3", 7, 7, 'route = "kunming-in"'),
        [
            ':10: numbers[1].route: found "kunming-in"; '
            "expected a route, or a trunk group with direction out or both (kunming-out)"
        ],
    ),
    (
        ACCESS + number("3", 7, 7, 'route = "kunming-out"\ntrunk_groups = ["kunming-in", "kunming-out"]'),
        [
            ':11: numbers[1].trunk_groups[1]: found "kunming-out"; '
            "expected a trunk group with direction in or both (kunming-in)"
        ],
    ),
    (
        ACCESS + number("10", 2, 2, 'service = "bill"'),
        [
            ":6: numbers[1]: number plan row prefix='10' min=2 max=2 route='bill': expected max_digits >= 4, "
            "for the prefix '1000' begins with its complete number"
        ],
    ),
    (
        ACCESS
        + number("0", 3, 13, 'service = "toll"')
        + OUT
        + group("a", "1", "[trunk_groups.profile.register]\npulse_signals = [4]\n"),
        [
            ":19: trunk_groups[1].profile.register.pulse_signals: found [4]; expected 3 among them: "
            "some of [[numbers]] have min_digits below max_digits"
        ],
    ),
    (
        '[centre]\naccess_code = "10000"',
        [':2: centre.access_code: found "10000"; expected the prefix of one of [[numbers]] that leads to a service'],
    ),
    (
        '[centre]\naccess_code = "3"',
        [':2: centre.access_code: found "3"; expected the prefix of one of [[numbers]] that leads to a service'],
    ),
    (
        '[http]\nhost = "0.0.0.0"',
        [
            ':2: http.host: found "0.0.0.0"; expected one of 127.0.0.1, ::1, localhost, or [[http.tokens]]: '
            "without them everybody may give orders"
        ],
    ),
    (
        '[http]\nhost = "0.0.0.0"\n'
        + token("seat", "801", "a")
        + token("seat", None, "b")
        + token("reader", "809", "b"),
        [
            ':10: http.tokens[1].role: found "seat"; expected the key seat beside it: whose token this is',
            ":15: http.tokens[2].sha256: found the same (not shown); expected another token than http.tokens[1]",
            ':16: http.tokens[2].seat: found "809"; expected the id of one of [[seats]] (801, 802, 803, 804)',
        ],
    ),
    (
        seat("801", 4),
        [":3: seats[0].line: found 4; expected a number below 4: boards[0] has 4 lines, counted from 0"],
    ),
    (seat("801", 1) + seat("802", 1), [":7: seats[1].line: found 1; expected a line that seat 801 does not have"]),
    (
        seat("801", 1) + seat("801", 2),
        [':6: seats[1].id: found "801"; expected another id than that of seats[0]'],
    ),
    (seat("801", 1, "board = 2\n"), [":5: seats[0].board: found 2; expected one of 1 [[boards]], counted from 0"]),
    (
        '[reminders]\nwindow_start = "07:59"',
        [":2: reminders.window_start: found 07:59; expected 08:00 to 21:00"],
    ),
    (
        '[reminders]\nwindow_end = "21:01"',
        [":2: reminders.window_end: found 21:01; expected later than window_start, 21:00 at the latest"],
    ),
    (
        '[reminders]\nwindow_start = "10:00"\nwindow_end = "10:00"',
        [":3: reminders.window_end: found 10:00; expected later than window_start, 21:00 at the latest"],
    ),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_refused(refused: Refuse, text: str, words: list[str]) -> None:
    assert refused(text) == words


def test_the_default_house_fits_together() -> None:
    assert check(Config()) == []


def test_the_same_channels_of_two_spans_do_not_overlap() -> None:
    config = Config.model_validate(
        {
            "boards": ({"url": "sim://a", "spans": 2, "lines": 4},),
            "trunk_groups": (
                {"name": "kunming-out", "channels": "1-30", "span": 0, "direction": "out"},
                {"name": "b", "channels": "1-30", "span": 1},
            ),
        }
    )
    assert check(config) == []


@pytest.mark.parametrize(("key", "beside"), [("recordings", ""), ("events", "/events.jsonl"), ("cdr", "/cdr.csv")])
def test_a_folder_that_cannot_be(refused: Refuse, tmp_path: Path, key: str, beside: str) -> None:
    (tmp_path / "file").touch()
    place = f"{tmp_path}/file/folder{beside}"
    (words,) = refused(f'[store]\n{key} = "{place}"')
    assert words.startswith(f":2: store.{key}: found ")
    assert words.endswith("expected a place where files can be written")


def test_a_folder_that_is_made_at_start_is_fine(tmp_path: Path) -> None:
    config = Config.model_validate({"store": {"recordings": str(tmp_path / "not" / "there" / "yet")}})
    assert check(config) == []


def test_an_operators_recordings(refused: Refuse, tmp_path: Path) -> None:
    name = sorted((packaged_directory() / "zh").glob("*.wav"))[0].name
    (tmp_path / "own" / "zh").mkdir(parents=True)
    (tmp_path / "own" / "zh" / name).write_bytes(b"RIFF")
    shutil.copy(packaged_directory() / "zh" / name, tmp_path / "own" / "zh" / "no-such-prompt.wav")
    words = refused(f'[prompts]\ndirectory = "{tmp_path / "own"}"')
    assert len(words) == 2
    assert all(line.startswith(":2: prompts.directory: ") and f"{tmp_path}/own/zh/" in line for line in words)


def test_a_prompt_without_recordings(refused: Refuse, tmp_path: Path) -> None:
    """The operator's catalogue has one prompt more than anybody has recorded."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "catalogue.toml").write_text('[prompts.weather]\nzh = "天气"\nen = "weather"\n', encoding="utf-8")
    words = refused(f'[store]\ncdr = "{tmp_path}/cdr.csv"\n[prompts]\ndirectory = "{own}"')
    assert len(words) == 2
    for line, language in zip(words, ("zh", "en"), strict=True):
        assert line.startswith(":4: prompts.directory: ")
        assert f"{language}/weather.wav" in line


@pytest.mark.parametrize("rate_hz", [9_000, 96_000])
def test_a_recording_of_an_unusual_rate(refused: Refuse, tmp_path: Path, rate_hz: int) -> None:
    """The usual ones are brought to 8 kHz."""
    (tmp_path / "own" / "en").mkdir(parents=True)
    with wave.open(f"{tmp_path}/own/en/welcome.wav", "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", ""))
        out.writeframes(bytes(2 * rate_hz))
    (line,) = refused(f'[prompts]\ndirectory = "{tmp_path}/own"')
    assert line.startswith(f":2: prompts.directory: {tmp_path}/own/en/welcome.wav: ")
    assert f"{rate_hz} Hz" in line
    assert "8000 Hz" in line


def test_no_folder_of_recordings(refused: Refuse, tmp_path: Path) -> None:
    assert refused(f'[prompts]\ndirectory = "{tmp_path}/none"') == [
        f":2: prompts.directory: {tmp_path}/none: expected a directory of recordings"
    ]


def test_a_group_takes_calls_only_unless_told() -> None:
    config = Config.model_validate({"trunk_groups": ({"name": "a", "channels": "1"},), "numbers": Config().numbers[:1]})
    assert config.trunk_groups[0].direction == "in"
    assert check(config) == []


def test_a_two_way_group_is_good() -> None:
    group = {"name": "kunming-out", "channels": "1-30", "direction": "both"}
    assert check(Config.model_validate({"trunk_groups": (group,)})) == []


def test_a_two_way_group_has_one_idle_code(refused: Refuse) -> None:
    text = (
        '[[trunk_groups]]\nname = "kunming-out"\nchannels = "1"\ndirection = "both"\n[trunk_groups.profile.forward]\n'
    )
    assert refused(text + "seizure = 0b0111\n") == [
        ":6: trunk_groups[0].profile.forward.seizure: profile kunming-out: forward.seizure and backward.answer must "
        "differ on a two-way circuit, both are 0111"
    ]


def test_a_base_that_there_is_not(refused: Refuse) -> None:
    (found,) = refused(OUT + group("a", "1-10", 'profile = { base = "dl99" }\n'))
    assert "base must be one of local, toll_auto, toll_semi, special_called_control, none, got 'dl99'" in found


def extension(number: str, line: int, more: str = "") -> str:
    return f'[[extensions]]\nnumber = "{number}"\nline = {line}\n{more}'


def office(lines: str, more: str = "") -> str:
    return f'[[office_lines]]\nname = "old"\nlines = {lines}\n{more or THEIRS}'


THEIRS = 'number = "3161000"\n'
LINES = "[[boards]]\nlines = 6\n"
REFUSED_LINES = [
    (LINES + extension("8001", 0), "extensions[0].line: found 0; expected a line that seat 801 does not have"),
    (LINES + office("[4, 4]"), "office_lines[0].lines: found a list; expected one or more lines, each once"),
    (
        LINES + extension("8001", 4) + office("[5, 4]"),
        "office_lines[0].lines[1]: found 4; expected a line that extension 8001 does not have",
    ),
    (extension("8001", 4), "extensions[0].line: found 4; expected a number below 4: boards[0] has 4 lines, "),
    (LINES + extension("8001", 4, "board = 1\n"), "extensions[0].board: found 1; expected one of 1 [[boards]], "),
    (
        LINES + extension("8001", 4, 'caller_id = "morse"\n'),
        "caller_id: FXS profile: delivery is 'morse'",
    ),
    (
        LINES + extension("8001", 4, "times = { howl = 1 }\n"),
        "extensions[0].times: FXS profile: no row howl;",
    ),
    (
        LINES + office("[4]", 'number = "99"\n'),
        'office_lines[0].number: found "99"; expected a number that one of [[numbers]] takes from this group',
    ),
]


@pytest.mark.parametrize(("text", "fault"), REFUSED_LINES)
def test_lines_that_do_not_fit(refused: Refuse, text: str, fault: str) -> None:
    (found,) = refused(text)
    assert fault in found
