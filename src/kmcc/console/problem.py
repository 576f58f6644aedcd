"""Errors as problem details (RFC 9457): one line that says what was found and what was expected."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from kmcc.switch.bridge import NoRoomError
from kmcc.switch.call import ConnectFailed
from kmcc.switch.errors import SwitchError
from kmcc.switch.queue.errors import QueueError, UnknownSeatError
from kmcc.switch.seats.errors import BadOrderError, NoSuchCallError, NoSuchSeatError, NotNowError

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final[Mapping[type[SwitchError], HTTPStatus]] = {
    NoSuchSeatError: HTTPStatus.NOT_FOUND,
    NoSuchCallError: HTTPStatus.NOT_FOUND,
    UnknownSeatError: HTTPStatus.NOT_FOUND,
    NotNowError: HTTPStatus.CONFLICT,
    QueueError: HTTPStatus.CONFLICT,
    NoRoomError: HTTPStatus.CONFLICT,
    ConnectFailed: HTTPStatus.CONFLICT,
    BadOrderError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""What an order that cannot be done answers; the nearest class of the error counts."""

EXPECTED: Final[Mapping[str, str]] = {
    "int_parsing": "a whole number",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "missing": "this field",
    "extra_forbidden": "no such field",
    "json_invalid": "JSON",
    "model_attributes_type": "an object",
    "dict_type": "an object",
}
PROBLEM_SCHEMA: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": words, "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
    for status, words in (
        (401, "no token, or one that is not known"),
        (403, "the token is not for this"),
        (404, "there is no such seat, call or service"),
        (409, "it does not fit the state; nothing has changed"),
        (422, "a value that can never be right"),
    )
}
"""For the `responses` of a router."""


def problem(status: HTTPStatus, detail: str, **more: object) -> JSONResponse:
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def answer_problems(app: FastAPI) -> None:
    """Whatever goes wrong in a request of this app is a problem document."""

    @app.exception_handler(SwitchError)
    async def refused(_: Request, error: Exception) -> JSONResponse:
        status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
        if status is None:
            raise error
        return problem(status, str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_line, error.errors())))

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        answer = problem(HTTPStatus(error.status_code), str(error.detail))
        answer.headers.update(error.headers or {})
        return answer


def _line(error: Mapping[str, Any]) -> str:
    """Where, what stands there, what is expected."""
    place = ".".join(str(step) for step in error["loc"][1:]) or str(error["loc"][0])
    expected = EXPECTED.get(error["type"]) or _lowered(str(error["msg"]))
    found = "nothing" if error["type"] == "missing" else _found(error.get("input"))
    return f"{place}: found {found}, expected {expected}"


def _lowered(words: str) -> str:
    """pydantic's "Input should be greater than ..." without its beginning."""
    for start in ("Input should be ", "String should ", "Value error, ", "Dictionary should "):
        if words.startswith(start):
            return words.removeprefix(start)
    return words[:1].lower() + words[1:]


def _found(value: object) -> str:
    words = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)
    return words if len(words) <= 60 else f"{words[:57]}..."
