"""A running house asked over HTTP: one request, its JSON, or one clear error. KMCC_TOKEN is the bearer token."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from kmcc.errors import KmccError

LIMIT_S: Final = 10.0
Address = Annotated[str, typer.Option("--url", envvar="KMCC_URL", help="Of the running house's console.")]
TOKEN: Final = "KMCC_TOKEN"
DEFAULT_URL: Final = "http://127.0.0.1:8080"


class ConsoleError(KmccError):
    """The house did not do what it was asked, or is not there."""


def ask(url: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    """GET, or with a body POST. ConsoleError with the house's own words where it has some."""
    where = f"{url.rstrip('/')}{path}"
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(where, data=data, headers=_headers())
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise ConsoleError(_words(where, error)) from None
    except (urllib.error.URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        raise ConsoleError(f"{where}: {why}; expected the address of a running kmcc (--url)") from None


def _headers() -> dict[str, str]:
    token = os.environ.get(TOKEN)  # not an option: the arguments of a command can be seen by everybody
    return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})


def _words(where: str, error: urllib.error.HTTPError) -> str:
    try:
        detail = json.load(error)["detail"]
    except (ValueError, KeyError, TypeError):
        detail = error.reason
    return f"{where}: {error.code}, {detail}"
