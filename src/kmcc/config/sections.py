"""The sections of kmcc.toml: each key with its type, limit and default."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy import URL, make_url

from kmcc.config.values import (
    Address,
    Channels,
    ClockTime,
    Digits,
    Name,
    Sha256,
    StoreUrl,
    TimeZone,
    at_least_one,
    clock_time,
)

Skill = Literal[
    "centre",
    "directory",
    "fault",
    "bill",
    "complaint",
    "acceptance",
    "information",
    "toll",
    "progress",
    "booking",
    "securities",
    "agency",
]
"""What a seat can be skilled in: the services that flows transfer to. `centre` is the access code."""

Service = Literal[
    "centre", "directory", "fault", "bill", "complaint", "acceptance", "information", "toll", "number-change"
]
"""What a dialled number can lead to. `number-change` tells the new number of whoever has moved."""

Language = Literal["zh", "en"]
Level = Annotated[int, Field(ge=1, le=9)]


class Section(BaseModel):
    """Nothing unknown, nothing converted behind the reader's back, nothing changed later."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Centre(Section):
    access_code: Digits = "1000"
    language: Language = "zh"
    time_zone: TimeZone = "Asia/Shanghai"


class Store(Section):
    url: StoreUrl = "sqlite:///kmcc.db"
    password: SecretStr | None = None
    recordings: Name = "recordings"
    events: Name = "events.jsonl"
    cdr: Name = "cdr.csv"

    def address(self) -> URL:
        """The database's URL with its password in place."""
        url = make_url(self.url)
        return url if self.password is None else url.set(password=self.password.get_secret_value())


class Token(Section):
    """A bearer token of the console, known by its SHA-256 alone."""

    name: Name
    role: Literal["reader", "seat", "supervisor"]
    sha256: Sha256
    seat: Name | None = None


class Http(Section):
    host: Name = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    tokens: tuple[Token, ...] = ()


class Media(Section):
    tick_ms: Literal[2, 8, 10] = 8
    persist_ms: int = Field(default=20, ge=1, le=200)
    priority: int = Field(default=40, ge=0, le=99)
    """Of the real-time thread, by SCHED_FIFO; 0 = normal priority."""
    clock_board: int | None = Field(default=None, ge=0)
    """The board whose clock the ticks follow; None: the host's."""
    conferences: int = Field(default=32, ge=0, le=4096)


class Board(Section):
    url: Address = "sim://kunming?seed=1&calls_per_hour=120"
    spans: int = Field(default=1, ge=0, le=64)
    lines: int = Field(default=4, ge=0, le=4096)


class TrunkGroup(Section):
    name: Name
    channels: Channels
    board: int = Field(default=0, ge=0)
    span: int = Field(default=0, ge=0)
    direction: Literal["in", "out", "both"] = "in"
    search: Literal["lowest", "highest", "cyclic", "longest_idle"] = "longest_idle"
    signalling: Literal["china1"] = "china1"
    calling: Literal["as_received", "withheld", "replaced"] = "as_received"
    calling_number: Digits | None = None
    calling_category: int | None = Field(default=None, ge=1, le=15)
    profile: dict[str, object] = {}
    """`base` names a profile of signaling/china1/dl_profiles.toml; over it tables timers (ms), line, register, forward
    and backward."""


class Number(Section):
    """Digits that callers dial: they reach a service of ours, or leave by a trunk group.

    With both, the service takes the call first, and what it treats as an ordinary call leaves by the trunk group.
    """

    prefix: Digits
    min_digits: int = Field(ge=1, le=24)
    max_digits: int = Field(ge=1, le=24)
    service: Service | None = None
    route: Name | None = None
    """A trunk group, or one of [[routes]]."""
    transit: Literal["link_by_link", "end_to_end"] = "link_by_link"
    trunk_groups: tuple[Name, ...] = ()
    """Whose calls this row is for; none = all. It goes before a row of the same prefix without them."""
    charge_class: Name = "local"
    control: Literal["none", "calling", "called"] | None = None
    """Who controls the release of a call that arrives for it; None = as the trunk group's profile says."""
    ani_after_digits: int | None = Field(default=None, ge=0, le=24)
    """Where to ask for the calling number; 0 = never, None = as the trunk group's profile says."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.service is None and self.route is None:
            raise ValueError("service, route (a trunk group) or both")
        if not len(self.prefix) <= self.min_digits <= self.max_digits:
            raise ValueError("length of prefix <= min_digits <= max_digits")
        if self.transit == "end_to_end" and (self.route is None or self.service is not None):
            raise ValueError('a route and no service, for transit is "end_to_end"')
        return self

    @property
    def target(self) -> str:
        """Name of the service or of the trunk group."""
        return self.service or self.route or ""


class Seat(Section):
    id: Name
    line: int = Field(ge=0)
    board: int = Field(default=0, ge=0)
    kind: Literal["professional", "integrated"] = "integrated"
    skills: Annotated[dict[Skill, Level], AfterValidator(at_least_one)]
    languages: Annotated[tuple[Language, ...], AfterValidator(at_least_one)] = ("zh",)
    answering: Literal["lift", "headset", "auto"] = "lift"
    sign_in: Literal["at start", "by order"] = "at start"


class Callbacks(Section):
    """Callers who are called back and keep their place."""

    on_abandon: bool = False
    at_once: int = Field(default=1, ge=1, le=1000)
    ring_s: int = Field(default=60, ge=10, le=600)
    attempts: int = Field(default=2, ge=1, le=10)
    retry_s: int = Field(default=300, ge=1, le=86_400)
    expires_s: int = Field(default=7200, ge=1, le=86_400)
    redial_s: int = Field(default=600, ge=0, le=86_400)


class Queue(Section):
    answer_within_s: int = Field(default=15, ge=1, le=600)
    ring_s: int = Field(default=20, ge=1, le=600)
    wrap_up_s: int = Field(default=5, ge=0, le=3600)
    max_wait_s: int = Field(default=300, ge=1, le=7200)
    max_length: int = Field(default=50, ge=0, le=10_000)
    announce_every_s: int = Field(default=0, ge=0, le=600)
    levels: Literal["spare highest", "any"] = "spare highest"
    without_seats: Literal["give up", "wait"] = "give up"


class Prompts(Section):
    directory: str = ""


class Reminders(Section):
    enabled: bool = True
    window_start: ClockTime = clock_time("09:00")
    window_end: ClockTime = clock_time("20:00")
    retry_minutes: int = Field(default=30, ge=1, le=1440)
