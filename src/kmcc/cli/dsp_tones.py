"""`kmcc dsp tones`: the progress tones in recordings, by their cadence, and those of fax machines."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from kmcc.cli.exit_codes import BAD_INPUT
from kmcc.cli.recordings import readable
from kmcc.config.tone_profile_file import load_tone_profile
from kmcc.dsp.decode_tones import HeardTone, decode_tones
from kmcc.dsp.tone_plans import PROFILES
from kmcc.dsp.tone_profile import ToneProfile

BATCH = 64  # recordings at once


def tones_command(
    files: Annotated[
        list[Path], typer.Argument(help="WAV, 8 kHz, 16-bit, A-law or mu-law; a folder; - is standard input.")
    ],
    channel: Annotated[int, typer.Option(min=0, max=1, help="0 = left or only, 1 = right.")] = 0,
    profile: Annotated[str, typer.Option(help=f"{', '.join(PROFILES)}, or a TOML file.")] = "china",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a tone, with its cadence.")] = False,
) -> None:
    """Print the progress and fax tones of each recording; behind the file's name when there are several."""
    plan = _plan(profile)
    good, bad = readable(files)
    for at in range(0, len(good), BATCH):
        batch = good[at : at + BATCH]
        found = decode_tones([np.frombuffer(wav.alaw(channel), np.uint8) for _, wav in batch], plan)
        for (path, _), tones in zip(batch, found, strict=True):
            name = str(path) if len(good) + bad > 1 else None
            for tone in tones:
                print(_json_line(tone, name) if as_json else _plain_line(tone, name))
    if bad:
        raise typer.Exit(BAD_INPUT)


def _plan(profile: str) -> ToneProfile:
    return PROFILES[profile] if profile in PROFILES else load_tone_profile(Path(profile))


def _json_line(tone: HeardTone, name: str | None) -> str:
    file = {} if name is None else {"file": name}
    return json.dumps(file | asdict(tone), ensure_ascii=False)


def _plain_line(tone: HeardTone, name: str | None) -> str:
    hz = "+".join(f"{hz:g}" for hz in tone.hz)
    cadence = "/".join(f"{ms:.0f}" for ms in tone.cadence_ms[:8]) + ("/..." if len(tone.cadence_ms) > 8 else "")
    times = f"{tone.start_ms:9.1f} {tone.end_ms:9.1f} ms"
    line = f"{times}  {tone.tone or 'unknown'}  {hz} Hz  {tone.level_dbm0:.1f} dBm0  {cadence}"
    return line if name is None else f"{name}: {line}"
