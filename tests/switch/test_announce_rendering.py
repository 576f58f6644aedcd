"""The synthetic voice: real programs make real files; where they are absent only the complaint can be tested."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.wav import Coding, read_alaw, read_wav
from kmcc.switch.announce import Language, PromptText, packaged_catalogue
from kmcc.switch.announce.rendering import STATE_FILE, VOICES, Outcome, RenderError, RenderJob, render

has_voice = pytest.mark.skipif(
    "CI" not in os.environ and (shutil.which("espeak-ng") is None or shutil.which("sox") is None),
    reason="needs espeak-ng and sox",
)


def job(name: str, english: str = "one", chinese: str = "一", lang: Language = Language.EN) -> RenderJob:
    said = {Language.ZH: chinese, Language.EN: english}
    return RenderJob(lang, PromptText(name, said, said))


def outcomes(*jobs: RenderJob, directory: Path, force: bool = False) -> list[Outcome]:
    return [done.outcome for done in render(jobs, directory, force=force)]


def mean_power_db(path: Path) -> float:
    samples = decode_alaw(read_alaw(path)).astype(np.float64) / 32768
    blocks = np.square(samples[: len(samples) // 80 * 80]).reshape(-1, 80).mean(axis=1)
    return 10 * float(np.log10(blocks[blocks > blocks.max() / 1000].mean()))


@has_voice
def test_a_recording_is_a_law_mono_trimmed_and_as_loud_as_the_others(tmp_path: Path) -> None:
    short, long = job("yes", "yes"), job("hold", "Please wait a moment.")
    assert outcomes(short, long, directory=tmp_path) == [Outcome.RENDERED] * 2
    for each in (short, long):
        wav = read_wav(tmp_path / each.file)
        assert (wav.coding, wav.rate_hz, wav.channels) == (Coding.ALAW, 8000, 1)
        loud = np.flatnonzero(np.abs(decode_alaw(wav.octets).astype(np.int32)) > 32768 * 0.004)
        assert loud[0] < 400
        assert len(wav.octets) - loud[-1] < 400
        assert mean_power_db(tmp_path / each.file) == pytest.approx(-20, abs=1.5)
    assert read_wav(tmp_path / long.file).samples > 2 * read_wav(tmp_path / short.file).samples


@has_voice
def test_the_languages_differ(tmp_path: Path) -> None:
    assert outcomes(job("one"), job("one", lang=Language.ZH), directory=tmp_path) == [Outcome.RENDERED] * 2
    assert (tmp_path / "zh/one.wav").read_bytes() != (tmp_path / "en/one.wav").read_bytes()


@has_voice
def test_the_chinese_voice_says_syllables_and_no_english_letters() -> None:
    """The voice "cmn" marks what it spells as English with (en); ours must know every character."""
    texts = [prompt.voiced[Language.ZH] for prompt in packaged_catalogue().prompts.values()]
    said = subprocess.run(
        ("espeak-ng", "-q", "--ipa", *VOICES[Language.ZH], "--stdin"),
        input="\n".join(texts),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "(en)" not in said
    assert len(said.split()) >= sum("一" <= char <= "鿿" for text in texts for char in text)


@has_voice
def test_a_second_run_makes_only_what_changed(tmp_path: Path) -> None:
    assert outcomes(job("a"), job("b", "two"), directory=tmp_path) == [Outcome.RENDERED] * 2
    before = (tmp_path / "en/a.wav").read_bytes()
    again = outcomes(job("a"), job("b", "three"), job("c", "four"), directory=tmp_path)
    assert again == [Outcome.UP_TO_DATE, Outcome.RENDERED, Outcome.RENDERED]
    assert (tmp_path / "en/a.wav").read_bytes() == before
    assert outcomes(job("a"), directory=tmp_path, force=True) == [Outcome.RENDERED]
    assert (tmp_path / "en/a.wav").read_bytes() == before  # the same text, the same bytes


@has_voice
def test_a_break_in_the_middle_is_resumed(tmp_path: Path) -> None:
    running = render((job("a"), job("b", "two")), tmp_path)
    next(running)
    del running
    assert outcomes(job("a"), job("b", "two"), directory=tmp_path) == [Outcome.UP_TO_DATE, Outcome.RENDERED]
    assert sorted(path.name for path in (tmp_path / "en").iterdir()) == ["a.wav", "b.wav"]


@has_voice
def test_a_recording_that_a_person_made_is_kept(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/a.wav").write_bytes(b"a human voice")
    assert outcomes(job("a"), directory=tmp_path) == [Outcome.KEPT]
    assert (tmp_path / "en/a.wav").read_bytes() == b"a human voice"
    assert outcomes(job("a"), directory=tmp_path, force=True) == [Outcome.RENDERED]


@has_voice
def test_a_text_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"en/a\.wav"):
        outcomes(job("a", " . "), directory=tmp_path)


@has_voice
def test_broken_notes_are_refused(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_text("= no TOML")
    with pytest.raises(RenderError, match=r"rendered\.toml: expected TOML"):
        outcomes(job("a"), directory=tmp_path)


def test_missing_programs_are_named_with_the_line_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError) as caught:
        outcomes(job("a"), directory=tmp_path)
    assert str(caught.value) == "espeak-ng and sox not found; install with: apt-get install espeak-ng sox"


def test_a_failing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("espeak-ng", "sox"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho no voice today >&2\nexit 3\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RenderError, match=r"en/a\.wav: espeak-ng failed: no voice today"):
        outcomes(job("a"), directory=tmp_path)
