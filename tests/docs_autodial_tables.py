"""Tables of docs/autodial.md: states, reasons, the campaign file, and pacings measured in rooms of random parties."""

from collections.abc import Iterable
from datetime import time
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tests.docs_code_tables import Made, Rows, _limits
from tests.switch.test_autodial_pacing import open_loop, renewal, work

from kmcc.config.campaign_file import CampaignFile
from kmcc.switch.autodial.events import Refusal
from kmcc.switch.autodial.pacing import Pacing
from kmcc.switch.autodial.preflight import SkipReason
from kmcc.switch.autodial.progress import Stage, State
from kmcc.switch.autodial.table import STAGES, TABLE

MEASURED: Final = ((5, 0.3), (10, 0.3), (10, 0.6))
VALUES: Final = {
    "SpokenSection": "prompts, `{ digits = COLUMN }`, `{ amount = COLUMN }`",
    "datetime.date": "day, such as 2030-10-01",
    "dict[": "cause = minutes",
    "'mon'": "some of mon, tue, wed, thu, fri, sat, sun",
}
REFUSED: Final = {
    Refusal.DO_NOT_CALL: "the number is struck; the contact's next one is tried, else he is done with",
    Refusal.SPENT_TODAY: "again on the contact's next day",
    Refusal.WINDOW_CLOSED: "again when his window opens",
    Refusal.SETTLED: "the contact is withdrawn",
    Refusal.NO_CIRCUIT: "again in 10 seconds, and nobody else before that: nobody was called",
    Refusal.CLOSING: "again when the house is back",
    Refusal.NOT_WRITTEN: "again in 2 minutes: nothing is dialled that is not written",
}
MODES: Final = {
    Pacing.LINES: "as many calls as `lines`; no seat is wanted (announcement, survey, reminder)",
    Pacing.PREVIEW: "a seat is shown the contact and says when; its own telephone rings",
    Pacing.PROGRESSIVE: "one call for each free seat",
    Pacing.RATIO: "`ratio` calls for each free seat while the cap allows, else one",
    Pacing.PREDICTIVE: "as many as the learned figures and the cap allow, one for each free seat at least",
}


def campaign_states() -> Made:
    rows: Rows = [
        (state.value, ", ".join(_name(event) for event in events if (state, event) in TABLE), _changes(state))
        for state in State
        for events in [dict.fromkeys(event for _, event in TABLE)]
    ]
    return ("state", "hears", "and becomes"), rows


def _changes(state: State) -> str:
    changes = [f"{_name(event)}: {to.value}" for (at, event), to in TABLE.items() if at is state and to is not state]
    return "; ".join(changes)


def contact_stages() -> Made:
    rows: Rows = [
        (stage.value, ", ".join(_name(event) for event, at in STAGES.items() if stage in at)) for stage in Stage
    ]
    return ("stage of a contact", "hears"), rows


def _name(event: type) -> str:
    return f"`{event.__name__}`"


def skip_reasons() -> Made:
    return ("a contact is skipped because it is",), [(why.value,) for why in SkipReason]


def refusals() -> Made:
    return ("at the moment of dialling", "then"), [(why.value, REFUSED[why]) for why in Refusal]


def pacing_modes() -> Made:
    return ("`mode`", "dials"), [(f"`{mode.value}`", MODES[mode]) for mode in Pacing]


def pacing_proof() -> Made:
    rows: Rows = []
    for seats, share in MEASURED:
        progressive, predictive = work(seats, share, Pacing.PROGRESSIVE), work(seats, share, Pacing.PREDICTIVE)
        shares = (progressive.occupancy, renewal(seats, share), open_loop(seats), predictive.occupancy)
        rates = (predictive.abandon_rate, predictive.worst_rate)
        rows.append((seats, _percent(share), *map(_percent, shares), *(f"{100 * rate:.2f} %" for rate in rates)))
    head = (
        "seats",
        "calls answered",
        "progressive: seats busy",
        "renewal theory",
        "open loop (Erlang's loss)",
        "predictive: seats busy",
        "abandoned",
        "worst rolling rate",
    )
    return head, rows


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def campaign_file() -> Made:
    return ("key", "value", "default"), list(_keys("", CampaignFile))


def _keys(place: str, model: type[BaseModel]) -> Iterable[tuple[str, str, str]]:
    for key, field in model.model_fields.items():
        inner, many = _section(field.annotation)
        if inner is not None and inner.__name__ != "SpokenSection":
            yield from _keys(f"{place}{key}{'[]' if many else ''}.", inner)
        else:
            default = field.get_default(call_default_factory=True)
            words = "needed" if field.is_required() else _default(default)
            yield f"`{place}{key}`", _value(field), words


def _value(field: FieldInfo) -> str:
    words = str(field.annotation)
    for part, meant in VALUES.items():
        if part in words:
            return meant
    pattern = next((one.pattern for one in field.metadata if getattr(one, "pattern", None)), None)
    return f"`{pattern}`" if pattern else _limits(field)


def _default(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, tuple | dict):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _section(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The section behind `Section`, `Section | None` and `tuple[Section, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    is_many = get_origin(annotation) is tuple
    for part in get_args(annotation):
        inner, many = _section(part)
        if inner is not None:
            return inner, many or is_many
    return None, False
