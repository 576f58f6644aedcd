"""`kmcc dsp tones`: the progress tones in recordings, by their cadence, and those of fax machines."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kmcc.cli.recordings import Channel, Files, decode_files, json_line, plain_line
from kmcc.config.tone_profile_file import load_tone_profile
from kmcc.dsp.decode_tones import HeardTone, decode_tones
from kmcc.dsp.tone_plans import PROFILES
from kmcc.dsp.tone_profile import ToneProfile


def tones_command(
    files: Files,
    channel: Channel = 0,
    profile: Annotated[str, typer.Option(help=f"{', '.join(PROFILES)}, or a TOML file.")] = "china",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a tone, with its cadence.")] = False,
) -> None:
    """Print the progress and fax tones of each recording; behind the file's name when there are several."""
    for name, tones in decode_files(files, channel, partial(decode_tones, profile=_plan(profile))):
        for tone in tones:
            print(json_line(tone, name) if as_json else plain_line(_plain(tone), name))


def _plan(profile: str) -> ToneProfile:
    return PROFILES[profile] if profile in PROFILES else load_tone_profile(Path(profile))


def _plain(tone: HeardTone) -> str:
    hz = "+".join(f"{hz:g}" for hz in tone.hz)
    cadence = "/".join(f"{ms:.0f}" for ms in tone.cadence_ms[:8]) + ("/..." if len(tone.cadence_ms) > 8 else "")
    times = f"{tone.start_ms:9.1f} {tone.end_ms:9.1f} ms"
    return f"{times}  {tone.tone or 'unknown'}  {hz} Hz  {tone.level_dbm0:.1f} dBm0  {cadence}"
