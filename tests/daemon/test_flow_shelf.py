"""Flows that change while the house runs: read anew for the calls that follow; a file that is wrong changes nothing."""

import asyncio
import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.conftest import OpenHouse
from tests.daemon.house_process import running, write_config
from tests.daemon.test_run import health, wait_for
from tests.switch.voice_book import END, WORLD, node, text_of

from kmcc.config.errors import ConfigError
from kmcc.config.voice_section import Voice
from kmcc.daemon.flow_shelf import FlowShelf, packaged_flows
from kmcc.daemon.view import View
from kmcc.firmware_sim.pytest_plugin import Clock
from kmcc.firmware_sim.rig import MemoryJournal

INCOMING = range(1, 21)


def flows(prompt: str) -> str:
    return text_of(node("root", f'menu = ["{prompt}"], keys = {{ 1 = "end" }}'))


def write(file: Path, text: str | None) -> None:
    """None = there is no file any more."""
    file.unlink(missing_ok=True)
    if text is not None:
        file.write_text(text, encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    write(path, flows("main-menu"))
    return path


def prompt(shelf: FlowShelf) -> object:
    return shelf.book.nodes["root"].steps[0].parts[0]  # type: ignore[union-attr]


def test_a_new_file_is_in_force_and_a_wrong_one_is_not(file: Path, clock: Clock) -> None:
    async def main() -> None:
        journal = MemoryJournal()
        shelf = FlowShelf(file, WORLD, journal)
        write(file, flows("consult-menu"))
        assert await shelf.reload() == ()
        assert prompt(shelf) == "consult-menu"
        (loaded,) = journal.of("flows.loaded")
        assert loaded.fields == {"file": str(file), "nodes": 2}
        write(file, flows("consul-menu"))
        (fault,) = await shelf.reload()
        assert fault.startswith(f"{file}:18: nodes.root.steps[0].menu[0]: ")
        assert prompt(shelf) == "consult-menu"
        (refused,) = journal.of("flows.refused")
        assert refused.fields == {"file": str(file), "faults": 1, "first": fault}
        assert len(journal.of("alarm.flows")) == 1
        write(file, None)
        assert len(await shelf.reload()) == 1
        write(file, flows("query-menu"))
        assert await shelf.reload() == ()
        assert (prompt(shelf), shelf.faults) == ("query-menu", ())

    clock(main())


def test_a_wrong_file_at_the_start_is_no_house(file: Path, clock: Clock) -> None:
    async def main() -> None:
        write(file, END)
        with pytest.raises(ConfigError):
            FlowShelf(file, WORLD, MemoryJournal())

    clock(main())


def test_a_file_is_watched(file: Path, clock: Clock) -> None:
    """Looked at every so often, and read once for each change."""

    async def main() -> None:
        journal = MemoryJournal()
        shelf = FlowShelf(file, WORLD, journal)
        watch = asyncio.get_running_loop().create_task(shelf.watch(2.0))
        await asyncio.sleep(5.0)
        assert journal.entries == []
        write(file, flows("consult-menu"))
        await asyncio.sleep(5.0)
        assert [(entry.at_s, entry.kind) for entry in journal.entries] == [(6.0, "flows.loaded")]
        assert prompt(shelf) == "consult-menu"
        watch.cancel()

    clock(main())


def test_a_file_is_read_in_the_thread_of_the_store(file: Path) -> None:
    async def main() -> None:
        with ThreadPoolExecutor(1) as executor:
            shelf = FlowShelf(file, WORLD, MemoryJournal(), executor)
            write(file, flows("consult-menu"))
            assert await shelf.reload() == ()
            assert prompt(shelf) == "consult-menu"

    asyncio.run(main())


def test_the_packaged_flows_are_those_of_the_package() -> None:
    assert packaged_flows().name == "menu.toml"


SERVICES = "".join(
    f'{name} = "root"\n' for name in ("bill", "directory", "fault", "complaint", "acceptance", "information", "toll")
)


def own_flows(prompt_name: str) -> str:
    return flows(prompt_name).replace('centre = "root"\n', f'centre = "root"\n{SERVICES}')


def test_a_call_goes_on_with_the_flows_it_began_with(house: OpenHouse, file: Path, clock: Clock) -> None:
    """The next one has the new ones; a wrong file is a reason why the house is not well."""
    write(file, own_flows("main-menu"))

    async def main() -> None:
        async with house(voice=Voice(flows=str(file))) as inhabited:
            view = View(inhabited.house)
            async with inhabited.town.exchange.caller("3190001", channels=INCOMING) as first:
                await first.dial("1000")
                await first.hear("main-menu")
                write(file, own_flows("consult-menu"))
                assert await inhabited.house.flows.reload() == ()
                async with inhabited.town.exchange.caller("3190002", channels=INCOMING) as second:
                    await second.dial("1000")
                    await second.hear("consult-menu")
                    await first.press("7")
                    await first.hear("main-menu")
            assert view.health().ok
            write(file, flows("consult-menu"))
            await inhabited.house.flows.reload()
            (reason,) = view.health().reasons
            assert reason.startswith(f"new flows refused, the old ones are in force: {file}:12: entries: ")
            assert "no entry for acceptance" in reason

    clock(main())


def test_a_running_house_is_told_by_signal_by_file_and_by_rest(tmp_path: Path, file: Path) -> None:
    write(file, own_flows("main-menu"))
    config = write_config(tmp_path, ('flows = ""', f'flows = "{file}"'), ("watch_s = 2.0", "watch_s = 3600"))
    with running(config) as house:
        wait_for(lambda: bool(health(house)["ok"]))
        assert httpx.get(f"{house.url}/flows").json() == {
            "file": str(file),
            "entries": ["centre", *SERVICES.replace(' = "root"', "").split()],
            "nodes": 2,
            "faults": [],
        }
        write(file, own_flows("consul-menu"))
        house.send(signal.SIGHUP)
        wait_for(lambda: not health(house)["ok"])
        refused = httpx.post(f"{house.url}/flows/reload")
        assert refused.status_code == 422
        (fault,) = refused.json()["faults"]
        assert health(house)["reasons"] == [f"new flows refused, the old ones are in force: {fault}"]
        write(file, own_flows("consult-menu"))
        assert httpx.post(f"{house.url}/flows/reload").status_code == 200
        assert health(house)["ok"]
        house.send(signal.SIGTERM)
        assert house.wait()[0] == 0
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert [kind for kind in kinds if kind.startswith("flows")] == [*["flows.refused"] * 2, "flows.loaded"]
