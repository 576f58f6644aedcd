"""A file of flows, read and checked as a whole: every fault with its line, or a book that runs."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from kmcc.config.finding import Finding
from kmcc.config.flow_rows import CalendarRow, FlowFile
from kmcc.config.flow_steps import shape_misfits, steps_of
from kmcc.config.load import load_file
from kmcc.switch.announce import Language
from kmcc.switch.voice import step as st
from kmcc.switch.voice.check import World, misfits
from kmcc.switch.voice.function import Signature
from kmcc.switch.voice.variables import kinds_of


def load_flows(path: Path, world: World) -> st.FlowBook:
    """ConfigError names every fault that can be found in one go."""
    return _book(load_file(path, FlowFile, _findings(str(path), world)), str(path), world.functions)


def _findings(source: str, world: World) -> Callable[[FlowFile], Iterator[Finding]]:
    def find(file: FlowFile) -> Iterator[Finding]:
        shapes = tuple(shape_misfits(file))
        found = shapes or tuple(misfits(_book(file, source, world.functions), world))
        return (Finding(misfit.place, misfit.found, misfit.expected) for misfit in dict.fromkeys(found))

    return find


def _book(file: FlowFile, source: str, functions: Mapping[str, Signature]) -> st.FlowBook:
    nodes = {
        id_: st.Node(id_, MappingProxyType({Language.ZH: row.title.zh, Language.EN: row.title.en}), steps_of(file, id_))
        for id_, row in file.nodes.items()
    }
    return st.FlowBook(
        source=source,
        settings=st.Settings(**file.settings.model_dump()),
        common=MappingProxyType(file.keys),
        calendars=MappingProxyType({name: _calendar(row) for name, row in file.calendars.items()}),
        entries=MappingProxyType(file.entries),
        nodes=MappingProxyType(nodes),
        kinds=MappingProxyType(kinds_of(nodes, functions)),
    )


def _calendar(row: CalendarRow) -> st.Calendar:
    hours = (st.Hours(frozenset(st.Day[day.upper()] for day in h.days), h.start, h.end) for h in row.hours)
    return st.Calendar(tuple(hours), frozenset(row.closed_on))
