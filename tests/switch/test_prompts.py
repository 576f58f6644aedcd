"""The recordings that ship are all playable and can be told apart; an operator's directory replaces or is refused."""

from pathlib import Path

import numpy as np
import pytest

from kmcc.dsp.g711 import decode_alaw
from kmcc.dsp.wav import Coding, read_wav, write_alaw_wav
from kmcc.switch.announce import CatalogueError, Language, packaged_catalogue, say_number
from kmcc.switch.prompts import PromptError, PromptSet, faults, packaged_directory

PACKAGED = PromptSet.load(None)
NAMES = tuple(packaged_catalogue().prompts)
EVERY = [(name, lang) for name in NAMES for lang in Language]
TONE = bytes([0xB4, 0x34, 0x9C, 0x1C]) * 200


def pcm_wav(*, rate_hz: int = 8000, samples: int = 100) -> bytes:
    """16-bit PCM, mono, silence, spelled out."""
    rates = rate_hz.to_bytes(4, "little") + (2 * rate_hz).to_bytes(4, "little")
    fmt = bytes.fromhex("666d7420 10000000 0100 0100") + rates + bytes.fromhex("0200 1000")
    data = b"data" + (2 * samples).to_bytes(4, "little") + bytes(2 * samples)
    return b"RIFF" + (4 + len(fmt) + len(data)).to_bytes(4, "little") + b"WAVE" + fmt + data


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_every_recording_that_ships(name: str, lang: Language) -> None:
    wav = read_wav(packaged_directory() / lang.value / f"{name}.wav")
    assert (wav.coding, wav.rate_hz, wav.channels) == (Coding.ALAW, 8000, 1)
    samples = decode_alaw(wav.octets).astype(np.float64) / 32768
    assert 0.1 < wav.samples / 8000 < 20
    assert 10 * np.log10(np.square(samples).mean()) > -30
    assert np.abs(samples).max() < 0.95


@pytest.mark.parametrize("lang", Language)
def test_a_sentence_lasts_longer_than_a_word(lang: Language) -> None:
    word, sentence = PACKAGED.clips(("digit-3", "vacant-number"), lang)
    assert len(word) < 8000 < len(sentence)


def test_nothing_else_ships() -> None:
    for lang in Language:
        stems = {path.stem for path in (packaged_directory() / lang.value).iterdir()}
        assert stems == set(NAMES)
    assert sum(path.stat().st_size for path in packaged_directory().rglob("*.wav")) < 5_000_000


def test_clips_come_in_order() -> None:
    names = say_number(101, Language.ZH)
    clips = PACKAGED.clips(names, Language.ZH)
    assert clips == [PACKAGED.octets[Language.ZH, name] for name in names]


def test_a_fingerprint_is_heard_in_its_own_prompt_only() -> None:
    for name, lang in EVERY:
        mark = PACKAGED.fingerprint(name, lang)
        assert len(mark) == 256
        assert [key for key, octets in PACKAGED.octets.items() if mark in octets] == [(lang, name)]


def test_a_fingerprint_is_the_loudest_part(tmp_path: Path) -> None:
    loud = bytes([0xAA, 0x2A]) * 128  # the largest A-law code (G.711 table 1a), both signs
    write_alaw(tmp_path, "zh/welcome", TONE + loud + TONE)
    assert PromptSet.load(tmp_path).fingerprint("welcome", Language.ZH) == loud


def test_a_short_clip_is_its_own_fingerprint(tmp_path: Path) -> None:
    octets = bytes(range(100))
    write_alaw(tmp_path, "zh/of", octets)
    assert PromptSet.load(tmp_path).fingerprint("of", Language.ZH) == octets


def test_equal_recordings_have_equal_fingerprints(tmp_path: Path) -> None:
    for name in ("zh/of", "zh/and"):
        write_alaw(tmp_path, name, TONE)
    laid = PromptSet.load(tmp_path)
    assert laid.fingerprint("of", Language.ZH) == laid.fingerprint("and", Language.ZH)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(PromptError, match="'nothing': expected a name of the catalogue"):
        PACKAGED.clips(("nothing",), Language.ZH)
    with pytest.raises(PromptError, match="'nothing'"):
        PACKAGED.fingerprint("nothing", Language.EN)


def write_alaw(directory: Path, name: str, octets: bytes) -> Path:
    path = directory / f"{name}.wav"
    path.parent.mkdir(exist_ok=True)
    write_alaw_wav(path, octets)
    return path


def test_an_own_recording_replaces_the_packaged_one(tmp_path: Path) -> None:
    path = write_alaw(tmp_path, "zh/welcome", TONE)
    laid = PromptSet.load(tmp_path)
    assert laid.clips(("welcome",), Language.ZH) == [TONE]
    assert laid.paths[Language.ZH, "welcome"] == path
    assert laid.clips(("welcome",), Language.EN) == PACKAGED.clips(("welcome",), Language.EN)
    assert faults(tmp_path) == ()


def test_a_new_prompt_needs_its_recordings(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text('[prompts.weather]\nzh = "天气"\nen = "weather"\n', encoding="utf-8")
    write_alaw(tmp_path, "zh/weather", TONE)
    with pytest.raises(PromptError, match=r"en/weather\.wav: expected a mono WAV file; .*missing"):
        PromptSet.load(tmp_path)
    write_alaw(tmp_path, "en/weather", TONE)
    assert PromptSet.load(tmp_path).clips(("weather",), Language.EN) == [TONE]


def test_a_broken_own_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text("[prompts.weather]\nzh = 'x'\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"catalogue\.toml, prompts\.weather\.en"):
        PromptSet.load(tmp_path)


def test_another_coding_and_rate_are_brought_to_ours(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en/welcome.wav").write_bytes(pcm_wav())
    assert PromptSet.load(tmp_path).clips(("welcome",), Language.EN) == [b"\xd5" * 100]
    (tmp_path / "en/welcome.wav").write_bytes(pcm_wav(rate_hz=48000, samples=4800))
    assert PromptSet.load(tmp_path).clips(("welcome",), Language.EN) == [b"\xd5" * 800]


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    path = tmp_path / "en/welcome.wav"
    path.write_bytes(b"no wave")
    with pytest.raises(PromptError, match=r"en/welcome\.wav: expected a mono WAV file.*no w"):
        PromptSet.load(tmp_path)
    write_alaw_wav(path, TONE, channels=2)
    with pytest.raises(PromptError, match=r"2 channel"):
        PromptSet.load(tmp_path)
    write_alaw_wav(path, bytes(63))
    with pytest.raises(PromptError, match=r"at least 64 samples of 8 kHz, got 63"):
        PromptSet.load(tmp_path)


def test_a_file_that_is_no_prompt_is_refused(tmp_path: Path) -> None:
    write_alaw(tmp_path, "en/wellcome", TONE)
    with pytest.raises(PromptError, match=r"wellcome\.wav: expected a name of the catalogue"):
        PromptSet.load(tmp_path)


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="expected a directory"):
        PromptSet.load(tmp_path / "nowhere")
    assert [str(fault) for fault in faults(tmp_path / "nowhere")] == [
        f"{tmp_path / 'nowhere'}: expected a directory of recordings"
    ]


def test_faults_lists_all_of_them(tmp_path: Path) -> None:
    write_alaw(tmp_path, "zh/wellcome", TONE)
    write_alaw(tmp_path, "zh/goodbye", bytes(10))
    (tmp_path / "en").mkdir()
    (tmp_path / "en/welcome.wav").write_bytes(pcm_wav()[:100])
    places = [str(fault).split(":")[0] for fault in faults(tmp_path)]
    assert places == [str(tmp_path / name) for name in ("zh/wellcome.wav", "zh/goodbye.wav", "en/welcome.wav")]
