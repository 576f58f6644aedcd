"""From a load scenario to the configuration of the house that is to bear it."""

from pathlib import Path
from typing import Final

from kmcc.config import Config
from kmcc.config.model import NUMBERS
from kmcc.config.overload_section import Overload
from kmcc.config.sections import Board, Http, Number, Queue, Reminders, Seat, Store, TrunkGroup
from kmcc.dsp.engine import CHANNELS
from kmcc.firmware_sim.crowd.scenario import Scenario

CHANNELS_OF_A_SPAN: Final = tuple(range(1, CHANNELS + 1))
FIRST_SEAT: Final = 1001


def house_of(scenario: Scenario, folder: Path, *, url: str = "sim://load?calls_per_hour=0", port: int = 0) -> Config:
    """Its spans, seats and numbers, with all files in this folder. pydantic's ValidationError names what cannot be."""
    plant = scenario.plant
    spans = plant.spans_in + plant.spans_out
    return Config(
        store=Store(
            url=f"sqlite:///{folder / 'kmcc.db'}",
            recordings=str(folder / "recordings"),
            events=str(folder / "events.jsonl"),
            cdr=str(folder / "cdr.csv"),
        ),
        http=Http(port=port),
        boards=(Board(url=url, spans=spans, lines=scenario.seats),),
        trunk_groups=tuple(_group(span, is_out=span >= plant.spans_in) for span in range(spans)),
        numbers=_numbers(scenario),
        seats=_seats(scenario),
        queue=Queue(wrap_up_s=scenario.wrap_up_s, max_length=scenario.max_waiting, max_wait_s=scenario.max_wait_s),
        reminders=Reminders(enabled=False),
        overload=_overload(scenario),
    )


def _overload(scenario: Scenario) -> Overload:
    admission, plant = scenario.admission, scenario.plant
    transferred = range(plant.spans_in - plant.spans_transferred, plant.spans_in)
    return Overload(
        calls_per_s=admission.calls_per_s,
        most_calls=admission.most_calls,
        emergency=admission.emergency,
        transferred_from=tuple(_name(span, is_out=False) for span in transferred),
    )


def _name(span: int, *, is_out: bool) -> str:
    return f"{'out' if is_out else 'in'}-{span:03d}"


def _group(span: int, *, is_out: bool) -> TrunkGroup:
    name = _name(span, is_out=is_out)
    return TrunkGroup(
        name=name, channels=CHANNELS_OF_A_SPAN, span=span, direction="out" if is_out else "in", search="cyclic"
    )


def _numbers(scenario: Scenario) -> tuple[Number, ...]:
    """The services; and, where there are spans to leave by, the moved numbers and the subscribers."""
    services = tuple(number for number in NUMBERS if number.route is None)
    if not scenario.plant.spans_out:
        return services
    route = _name(scenario.plant.spans_in, is_out=True)
    onward = (number.model_copy(update={"route": route}) for number in NUMBERS if number.route is not None)
    return (*services, *onward)


def _seats(scenario: Scenario) -> tuple[Seat, ...]:
    staff = [one for one in scenario.staff for _ in range(one.count)]
    return tuple(
        Seat.model_validate(
            {"id": str(FIRST_SEAT + n), "line": n, "kind": one.kind, "skills": one.skills, "languages": one.languages}
        )
        for n, one in enumerate(staff)
    )
