"""Where the events of a trace come from: a log file, or the event stream of a running daemon (/events)."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from kmcc.errors import KmccError
from kmcc.store.event import Event

QUIET_S: Final = 60.0
"""The daemon's stream says something at least every 15 s; after this it is taken for gone."""


class TraceError(KmccError):
    """A source that cannot be read, or is none."""


def read_log(path: Path) -> Iterator[Event]:
    """Every whole line; the last one may be torn, for the log may be written to now."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            yield _event(line, f"{path}:{number}")


def follow(url: str, since: int | None) -> Iterator[Event]:
    """Events of a daemon whose console is at `url`: after number `since`, or from now on; until it closes."""
    query = "" if since is None else f"&since={since}"
    with _open(f"{url.rstrip('/')}/events?named=0{query}") as stream:
        for line in stream:
            if line.startswith(b"data:"):
                yield _event(line.removeprefix(b"data:"), url)


class _Stream(Protocol):
    def __enter__(self) -> Iterator[bytes]: ...

    def __exit__(self, *_: object) -> None: ...


def _open(address: str) -> _Stream:
    if not address.startswith(("http://", "https://")):
        raise TraceError(f"{address}: expected the address of a running console, such as http://127.0.0.1:8080")
    try:
        stream: _Stream = urllib.request.urlopen(address, timeout=QUIET_S)
    except urllib.error.HTTPError as error:
        with error:
            raise TraceError(f"{address}: {_detail(error.read()) or error.reason}") from None
    except OSError as error:
        raise TraceError(f"{address}: no console answers there ({getattr(error, 'reason', error)})") from None
    return stream


def _detail(body: bytes) -> str | None:
    """What the console says of a request that it refuses."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return str(answer["detail"]) if isinstance(answer, dict) and "detail" in answer else None


def _event(line: bytes, place: str) -> Event:
    try:
        event = Event.from_line(line)
        datetime.fromisoformat(event.at)  # every trace tells the time
        return event
    except (ValueError, KmccError) as error:
        raise TraceError(f"{place}: no event of ours ({error})") from None
