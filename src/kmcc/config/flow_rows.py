"""The rows of a file of flows: each key with its type, limit and default. docs/voice.md tells what they mean."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from kmcc.config.sections import Section
from kmcc.config.values import ClockTime, Name, at_least_one, matching
from kmcc.switch.circuit import Cause

NodeId = Annotated[str, AfterValidator(matching(r"[a-z][a-z0-9-]*", "a name of small letters, digits and hyphens"))]
Variable = Annotated[str, AfterValidator(matching(r"[a-z][a-z_]*", "a name of small letters and underscores"))]
Keys = Annotated[str, AfterValidator(matching(r"[0-9*#A-D]{1,2}", "one key or two of 0-9 * # A-D"))]
Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Times = Annotated[int, Field(ge=1, le=9)]
DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CauseName = Literal["normal", "authentication_failed", "refused", "congestion"]
CAUSES: Final[dict[str, Cause]] = {
    "normal": Cause.NORMAL,
    "authentication_failed": Cause.AUTHENTICATION_FAILED,
    "refused": Cause.REFUSED,
    "congestion": Cause.CONGESTION,
}


class SettingsRow(Section):
    exhausted: NodeId
    fault: NodeId
    repeats: Times = 3
    max_plays: Annotated[int, Field(ge=1, le=1000)] = 40
    silence_s: Seconds = 5.0
    key_gap_s: Seconds = 5.0
    second_key_s: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] = 0.8
    query_limit_s: Seconds = 10.0
    wait_notice_s: Seconds = 1.0
    invalid: Name = "invalid-key"
    silence: Name | None = None
    please_wait: Name = "please-hold"


class HoursRow(Section):
    days: Annotated[tuple[DayName, ...], AfterValidator(at_least_one)]
    start: ClockTime
    end: ClockTime


class CalendarRow(Section):
    hours: Annotated[tuple[HoursRow, ...], AfterValidator(at_least_one)]
    closed_on: tuple[date, ...] = ()


class TitleRow(Section):
    zh: Name
    en: Name


class StepRow(Section):
    """One verb, and the keys that go with it; flow_steps.py says which."""

    play: tuple[Name, ...] | None = None
    say: Variable | None = None
    collect: Variable | None = None
    menu: tuple[Name, ...] | None = None
    branch: Variable | None = None
    query: Name | None = None
    authenticate: Name | None = None
    transfer: Name | None = None
    fax: Name | None = None
    record: Name | None = None
    callback: Name | None = None
    hang_up: CauseName | None = None
    language: Literal["zh", "en", "other"] | None = None
    goto: NodeId | None = None

    say_as: Literal["digits", "number", "count", "amount", "date", "month", "time"] | None = None
    prompts: tuple[Name, ...] | None = None
    again: tuple[Name, ...] | None = None
    keys: dict[Keys, NodeId] | None = None
    repeats: Times | None = None
    silence_s: Seconds | None = None
    exhausted: NodeId | None = None
    secret: bool | None = None
    least: Annotated[int, Field(ge=1, le=30)] | None = None
    most: Annotated[int, Field(ge=1, le=30)] | None = None
    tries: Times | None = None
    wrong: Name | None = None
    nothing: NodeId | None = None
    cases: dict[Name, NodeId] | None = None
    otherwise: NodeId | None = None
    given: dict[Name, Variable] | None = None
    into: dict[Name, Variable] | Variable | None = None
    on: dict[Name, NodeId] | None = None
    account: tuple[Name, ...] | None = None
    known: Variable | None = None
    password: tuple[Name, ...] | None = None
    refused: NodeId | None = None
    full: NodeId | None = None
    limit_s: Seconds | None = None
    number: Variable | None = None
    after_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] | None = None


class NodeRow(Section):
    title: TitleRow
    steps: Annotated[tuple[StepRow, ...], AfterValidator(at_least_one)]


class FlowFile(Section):
    settings: SettingsRow
    keys: dict[Keys, NodeId] = Field(default_factory=dict)
    calendars: dict[Variable, CalendarRow] = Field(default_factory=dict)
    entries: Annotated[dict[Name, NodeId], AfterValidator(at_least_one)]
    nodes: Annotated[dict[NodeId, NodeRow], AfterValidator(at_least_one)]
