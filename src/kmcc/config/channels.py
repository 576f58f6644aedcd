"""Channels of a span as people write them: "1-15,17" (speech channels 1..30 of G.704; timeslot 16 is not counted)."""

import re

CHANNELS = range(1, 31)
EXPECTED = 'channels 1 to 30 of a span, such as "1-15" or "1-10,12"'

_RUN = re.compile(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?", re.ASCII)


def parse_channels(text: str) -> tuple[int, ...]:
    """Channel numbers in rising order. ValueError (its text says what is expected) otherwise."""
    channels: list[int] = []
    for run in text.split(","):
        match = _RUN.fullmatch(run)
        if match is None:
            raise ValueError(EXPECTED)
        first = int(match[1])
        last = int(match[2] or match[1])
        if first > last or first not in CHANNELS or last not in CHANNELS:
            raise ValueError(EXPECTED)
        channels.extend(range(first, last + 1))
    if len(set(channels)) != len(channels):
        raise ValueError("each channel once")
    return tuple(sorted(channels))


def channel_words(channels: tuple[int, ...]) -> str:
    """The shortest way to write rising channel numbers: (1, 2, 3, 7) is "1-3,7"."""
    runs: list[list[int]] = []
    for channel in channels:
        if runs and channel == runs[-1][-1] + 1:
            runs[-1].append(channel)
        else:
            runs.append([channel])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
