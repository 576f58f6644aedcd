"""`kmcc dsp tones`: progress and fax tones of recordings with their cadences."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.dsp.sounds import Burst, make_alaw
from tests.dsp.test_preamble import FLAG_MS, PREAMBLE, v21
from typer.testing import CliRunner

from kmcc.cli.main import app
from kmcc.dsp.wav import write_alaw_wav


def bursts(cadence: tuple[float, ...], start_ms: float, times: int, hz: tuple[float, ...] = (450,)) -> list[Burst]:
    made, at = [], start_ms
    for _ in range(times):
        for place, ms in enumerate(cadence):
            if place % 2 == 0:
                made.append(Burst(tuple((each, -15) for each in hz), at, ms))
            at += ms
    return made


def written(path: Path, ms: float, *heard: Burst) -> Path:
    write_alaw_wav(path, make_alaw(heard, ms=ms, noise_dbm0=-60)[0].tobytes())
    return path


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["dsp", "tones", *map(str, arguments)])


def told(*arguments: str | Path) -> list[dict[str, Any]]:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_tones_one_after_the_other_each_with_its_cadence(tmp_path: Path) -> None:
    heard = [*bursts((1000, 4000), 300, 2), *bursts((350, 350), 10_300, 4)]
    (ring, busy) = told(written(tmp_path / "a.wav", 14_000, *heard))
    assert list(ring) == ["tone", "hz", "start_ms", "end_ms", "report_ms", "level_dbm0", "cadence_ms"]
    assert (ring["tone"], ring["hz"], busy["tone"]) == ("ring_back", [450], "busy")
    assert [ring["start_ms"], ring["end_ms"]] == pytest.approx([300, 6300], abs=2)
    assert ring["cadence_ms"] == pytest.approx([1000, 4000, 1000], abs=3)
    assert ring["report_ms"] == pytest.approx(3300, abs=3)
    assert busy["cadence_ms"] == pytest.approx([350] * 7, abs=3)
    assert busy["level_dbm0"] == pytest.approx(-15, abs=0.3)
    assert busy["report_ms"] == pytest.approx(10_300 + 5 * 350, abs=3)


def test_a_tone_to_the_end_of_the_file_and_a_cadence_of_nobody(tmp_path: Path) -> None:
    (dial,) = told(written(tmp_path / "dial.wav", 3000, Burst(((450, -12),), 200, 4000)))
    assert dial["tone"] == "dial"
    assert dial["end_ms"] == pytest.approx(3000, abs=1)
    assert dial["report_ms"] == pytest.approx(2200, abs=3)
    (other,) = told(written(tmp_path / "other.wav", 6000, *bursts((550, 550), 100, 4)))
    assert (other["tone"], other["hz"]) == (None, [450])
    assert other["cadence_ms"] == pytest.approx([550] * 7, abs=3)


def test_tones_of_fax_machines_and_of_another_network(tmp_path: Path) -> None:
    file = written(tmp_path / "fax.wav", 9000, *bursts((500, 3000), 200, 1, (1100,)), Burst(((2100, -15),), 4000, 2600))
    cng, ced = told(file)
    assert [(tone["tone"], tone["hz"]) for tone in (cng, ced)] == [("cng", [1100]), ("ced", [2100])]
    assert [*cng["cadence_ms"], *ced["cadence_ms"]] == pytest.approx([500, 2600], abs=3)
    sit = [Burst(((hz, -15),), 200 + 330 * n, 330) for n, hz in enumerate((950, 1400, 1800))]
    (information,) = told("--profile", "itu", written(tmp_path / "sit.wav", 2600, *sit))
    assert (information["tone"], information["hz"]) == ("special_information", [950, 1400, 1800])


def test_the_preamble_of_a_fax(tmp_path: Path) -> None:
    write_alaw_wav(tmp_path / "v21.wav", v21(PREAMBLE)[0].tobytes())
    (preamble,) = told(tmp_path / "v21.wav")
    assert (preamble["tone"], preamble["hz"]) == ("preamble", [1650, 1850])
    assert [preamble["start_ms"], preamble["end_ms"]] == pytest.approx([100, 100 + 38 * FLAG_MS], abs=FLAG_MS + 1)


def test_a_folder_is_heard_in_one_batch_and_bad_files_are_told(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", 4000, *bursts((350, 350), 100, 4))
    written(tmp_path / "b.wav", 6000, *bursts((700, 700), 100, 4))
    (tmp_path / "c.wav").write_bytes(b"no wav at all")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert [line.split()[4] for line in result.stdout.splitlines()] == ["busy", "congestion"]
    assert "c.wav" in result.stderr


def test_standard_input_and_a_profile_file(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'name = "mine"\n[[tones]]\nname = "waltz"\nsteps = [{ hz = [600], ms = 300 }, { ms = 600 }]\nneeded = 4\n',
        "utf-8",
    )
    file = written(tmp_path / "w.wav", 5000, *bursts((300, 600), 100, 4, (600,)))
    arguments = ["dsp", "tones", "--json", "--profile", str(profile), "-"]
    result = CliRunner().invoke(app, arguments, input=file.read_bytes())
    assert [json.loads(line)["tone"] for line in result.stdout.splitlines()] == ["waltz"]


def test_silence_has_no_tones(tmp_path: Path) -> None:
    write_alaw_wav(tmp_path / "s.wav", np.full(8000, 0xD5, np.uint8).tobytes())
    assert told(tmp_path / "s.wav") == []
