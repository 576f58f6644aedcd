"""What is wrong with a book of flows: the place in its file, what stands there, what is expected."""

from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Keys and indexes from the top of the file: ("nodes", "root", "steps", 0, "menu")."""


@dataclass(frozen=True, slots=True)
class Misfit:
    place: Place
    found: str
    expected: str


def step_place(node: str, index: int, *inside: str | int) -> Place:
    return ("nodes", node, "steps", index, *inside)
