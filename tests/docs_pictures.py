"""The pictures of docs/ that the code draws; `python -m tests.docs_pictures --write` (`make docs`) draws them anew."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, get_args

from tests.trace.played import failed_call, good_call, trace_of

from kmcc.centre.services import flow_world
from kmcc.config.flow_file import load_flows
from kmcc.config.sections import Skill
from kmcc.daemon.flow_shelf import packaged_flows
from kmcc.switch.announce import packaged_catalogue
from kmcc.switch.voice.check import World
from kmcc.switch.voice.picture import picture as menu_picture
from kmcc.trace.picture import picture

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "pictures"
COMMAND: Final = "python -m tests.docs_pictures --write"
PICTURES: Final[Mapping[str, Callable[[], str]]] = {
    "trace-good-call.svg": lambda: picture(trace_of(good_call())),
    "trace-failed-call.svg": lambda: picture(trace_of(failed_call())),
    "menu.svg": lambda: menu_picture(load_flows(packaged_flows(), _world())),
}


def _world() -> World:
    return flow_world(packaged_catalogue().prompts.keys(), get_args(Skill))


def behind() -> list[Path]:
    """Those that the code would draw otherwise."""
    files = {FOLDER / name: draw() for name, draw in PICTURES.items()}
    return [file for file, text in files.items() if not file.exists() or file.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Without --write: name the pictures that are behind; exit code 1 when there is any."""
    files = behind()
    FOLDER.mkdir(exist_ok=True)
    for file in files:
        if "--write" in arguments:
            file.write_text(PICTURES[file.name](), "utf-8")
        print(f"{file.relative_to(ROOT)}: {'written' if '--write' in arguments else f'behind; run: {COMMAND}'}")
    return 0 if "--write" in arguments or not files else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
