"""Commands of the media engine as C takes them (struct engine_command of csrc/engine.h)."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from kmcc.dsp._core import ffi, lib
from kmcc.dsp.engine_error import EngineRangeError


class Op(IntEnum):
    DETECT = lib.OP_DETECT
    SIGNAL = lib.OP_SIGNAL
    LINK = lib.OP_LINK
    UNLINK = lib.OP_UNLINK
    JOIN = lib.OP_JOIN
    PLAY = lib.OP_PLAY
    STOP_PLAY = lib.OP_STOP_PLAY
    SEND_TONE = lib.OP_SEND_TONE
    STOP_TONE = lib.OP_STOP_TONE
    RECORD = lib.OP_RECORD
    STOP_RECORD = lib.OP_STOP_RECORD
    SPOT = lib.OP_SPOT
    ECHO = lib.OP_ECHO
    ECHO_DISABLE = lib.OP_ECHO_DISABLE
    GUARD = lib.OP_GUARD
    AGC = lib.OP_AGC
    METER = lib.OP_METER
    GAIN = lib.OP_GAIN
    ASIDE = lib.OP_ASIDE
    LOUDEST = lib.OP_LOUDEST
    SPAN_ALARM = lib.OP_SPAN_ALARM


def check(what: str, value: int, lowest: int, highest: int) -> int:
    """The value, if it is in range."""
    if not lowest <= value <= highest:
        raise EngineRangeError(what, value, lowest, highest)
    return value


def clip_array(runs: Sequence[bytes]) -> tuple[Any, list[Any]]:
    """The array for C, and what must stay alive as long as the array is used."""
    views = [ffi.from_buffer("uint8_t[]", run) for run in runs]
    return ffi.new("struct engine_clip[]", [(view, len(view), 0) for view in views]), views
