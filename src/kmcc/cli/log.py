"""The log of a running command: one line an event on stderr, for people on a terminal, else JSON; no secrets in it."""

import logging
import sys
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRETS: Final = ("password", "passwd", "pin", "secret", "token")
HANDLER: Final = "kmcc stderr"
HOUSE: Final = "kmcc"  # our modules tell what happens, libraries only what is wrong


def set_up_log() -> None:
    """Ours and that of the libraries, the same way. Harmless when it is done again."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _Stderr(logging.INFO)
    handler.set_name(HANDLER)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=_last(), foreign_pre_chain=shared))
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if one.get_name() == HANDLER]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(HOUSE).setLevel(logging.INFO)


class _Stderr(logging.StreamHandler[TextIO]):
    """Finds stderr when it writes, so that whoever replaces it gets the lines; does not fail when nobody reads."""

    def __init__(self, level: int) -> None:
        logging.Handler.__init__(self, level)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # an attribute there; logging's own last resort does the same
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _last() -> list[Processor]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if sys.stderr.isatty():
        return [clean, structlog.dev.ConsoleRenderer()]
    trace = structlog.processors.format_exc_info
    return [clean, trace, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Nothing of ours logs one; this holds also for what is written later."""
    return {key: "***" if key.lower() in SECRETS else value for key, value in event.items()}
