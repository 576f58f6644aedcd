"""[[extensions]] and [[office_lines]] of kmcc.toml: telephones that we feed, and lines of other exchanges."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from kmcc.config.errors import Place
from kmcc.config.finding import Finding
from kmcc.config.sections import Section
from kmcc.config.values import Digits, Name
from kmcc.config.wording import value_words
from kmcc.signaling.analogue.profile import Answer, Dialling, FxoProfile, FxsProfile
from kmcc.signaling.effects import ProfileError

if TYPE_CHECKING:
    from kmcc.config.model import Config


def _each_once(lines: tuple[int, ...]) -> tuple[int, ...]:
    if not lines or len(set(lines)) < len(lines):
        raise ValueError("one or more lines, each once")
    return lines


Line = Annotated[int, Field(ge=0)]
Times = dict[Name, int]
NO_TIMES: Final[Times] = {}

GROUP: Final = "extension-"
"""Each extension is a trunk group of its own: this and its number."""


class Extension(Section):
    """A telephone that may call and be called."""

    number: Digits
    line: Line
    board: int = Field(default=0, ge=0)
    caller_id: Name | None = None
    reversal: bool = False
    charge_class: Name = "local"
    times: Times = NO_TIMES

    @property
    def group(self) -> str:
        return GROUP + self.number

    @property
    def profile(self) -> FxsProfile:
        """ProfileError when there is none such."""
        return FxsProfile(times=self.times, answer=_answer(self.reversal), delivery=self.caller_id)


class OfficeLines(Section):
    """Lines on which we are a subscriber of another exchange: a trunk group."""

    name: Name
    lines: Annotated[tuple[Line, ...], AfterValidator(_each_once)]
    number: Digits
    board: int = Field(default=0, ge=0)
    direction: Literal["in", "out", "both"] = "both"
    search: Literal["lowest", "highest", "cyclic", "longest_idle"] = "longest_idle"
    dialling: Literal["dtmf", "pulse"] = "dtmf"
    reversal: bool = False
    waits_for_dial_tone: bool = True
    answers_after_rings: int = Field(default=1, ge=1, le=9)
    times: Times = NO_TIMES

    @property
    def profile(self) -> FxoProfile:
        """ProfileError when there is none such."""
        return FxoProfile(
            times=self.times,
            answer=_answer(self.reversal),
            dialling=Dialling(self.dialling),
            waits_for_dial_tone=self.waits_for_dial_tone,
            answers_after_rings=self.answers_after_rings,
        )


def _answer(is_reversed: bool) -> Answer:
    return Answer.REVERSAL if is_reversed else Answer.NONE


def lines_have_one_owner(config: "Config") -> Iterator[Finding]:
    """A line of a board serves a seat, an extension or an office line, and only one of them."""
    owners: dict[tuple[int, int], str] = {}
    for place, owner, board, line in _uses(config):
        if board >= len(config.boards):
            board_place = (*place[:2], "board")
            yield Finding(board_place, str(board), f"one of {len(config.boards)} [[boards]], counted from 0")
            continue
        first = owners.setdefault((board, line), owner)
        lines = config.boards[board].lines
        if line >= lines:
            plural = "" if lines == 1 else "s"
            expected = f"a number below {lines}: boards[{board}] has {lines} line{plural}, counted from 0"
            yield Finding(place, str(line), expected)
        elif first != owner:
            yield Finding(place, str(line), f"a line that {first} does not have")


def _uses(config: "Config") -> Iterator[tuple[Place, str, int, int]]:
    for index, seat in enumerate(config.seats):
        yield ("seats", index, "line"), f"seat {seat.id}", seat.board, seat.line
    for index, extension in enumerate(config.extensions):
        yield ("extensions", index, "line"), f"extension {extension.number}", extension.board, extension.line
    for index, group in enumerate(config.office_lines):
        for n, line in enumerate(group.lines):
            yield ("office_lines", index, "lines", n), f"{group.name}/{line}", group.board, line


def line_profiles_work(config: "Config") -> Iterator[Finding]:
    sections: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("extensions", config.extensions),
        ("office_lines", config.office_lines),
    )
    for name, section in sections:
        for index, row in enumerate(section):
            try:
                _ = row.profile
            except ProfileError as error:
                key = "caller_id" if "delivery" in str(error) else "times"
                yield Finding((name, index, key), str(error), None)


def office_numbers_lead_somewhere(config: "Config") -> Iterator[Finding]:
    """Whoever calls such a line has dialled its number: one of [[numbers]] says where that leads."""
    for index, group in enumerate(config.office_lines):
        known = any(
            group.number.startswith(one.prefix)
            and one.min_digits <= len(group.number) <= one.max_digits
            and (not one.trunk_groups or group.name in one.trunk_groups)
            for one in config.numbers
        )
        if group.direction != "out" and not known:
            expected = "a number that one of [[numbers]] takes from this group"
            yield Finding(("office_lines", index, "number"), value_words(group.number), expected)
