"""`kmcc trace`: what crossed the circuits of each call, from the log or live, as text, JSON or a picture."""

import json
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from kmcc.store.event import Event
from kmcc.trace.call_trace import CallTrace
from kmcc.trace.collector import CallDone, Collector, News, RowDone
from kmcc.trace.feed import TraceError, follow, read_log
from kmcc.trace.picture import picture
from kmcc.trace.record import as_json
from kmcc.trace.text import last_line, row_line

Show = Callable[[News], None]


class Form(Enum):
    TEXT = "text"
    JSON = "json"
    SVG = "svg"


class Lang(Enum):
    EN = "en"
    ZH = "zh"


def trace(
    source: Annotated[str, typer.Argument(help="A log file, or the address of a running console: then live.")],
    *,
    form: Annotated[Form, typer.Option("--format", help="One line a cycle, one object a call, a ladder.")] = Form.TEXT,
    wants_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    call: Annotated[str | None, typer.Option(help="Only this call.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only calls that failed.")] = False,
    lang: Annotated[Lang, typer.Option(help="Of signals and reasons.")] = Lang.EN,
    since: Annotated[int | None, typer.Option(min=0, help="Live: from the event after this number on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the pictures go, one file a call.")] = None,
) -> None:
    """Print the trace of each call: line and register signals with times, and why it failed."""
    form = Form.JSON if wants_json else form
    if form is Form.SVG and out is None and call is None:
        raise TraceError("--format svg: expected --call for one picture on standard output, or --out for a folder")
    is_live = "://" in source
    events = follow(source, since) if is_live else read_log(Path(source))
    lines = _lines(lang.value) if form is Form.TEXT and not failed else _whole_calls(form, lang.value, out)
    is_there = _run(events, _wanted(lines, call, is_failed=failed), call)
    if not is_there and not is_live:
        raise TraceError(
            f"{source}: no call {call}; expected one of the calls in it, such as kmcc trace {source} lists"
        )


def _run(events: Iterable[Event], show: Show, call: str | None) -> bool:
    """Whether the call that was asked for was there. A live trace ends with the daemon, or with Ctrl-C."""
    collector = Collector()
    is_there = call is None

    def tell(all_news: Iterable[News]) -> None:
        nonlocal is_there
        for news in all_news:
            is_there = is_there or news.trace.call == call
            show(news)

    try:
        for event in events:
            tell(collector.take(event))
    except KeyboardInterrupt:
        raise typer.Abort from None
    finally:
        tell(collector.finish())
    return is_there


def _wanted(show: Show, call: str | None, *, is_failed: bool) -> Show:
    def pick(news: News) -> None:
        is_whole = isinstance(news, CallDone)
        if call in (None, news.trace.call) and not (is_failed and is_whole and news.trace.reason is None):
            show(news)

    return pick


def _lines(lang: str) -> Show:
    """As they come."""

    def show(news: News) -> None:
        line = row_line(news.trace, news.row, lang) if isinstance(news, RowDone) else last_line(news.trace, lang)
        print(line, flush=True)

    return show


def _whole_calls(form: Form, lang: str, out: Path | None) -> Show:
    def show(news: News) -> None:
        if isinstance(news, CallDone):
            _print_call(news.trace, form, lang, out)

    return show


def _print_call(trace: CallTrace, form: Form, lang: str, out: Path | None) -> None:
    if form is Form.SVG and out is not None:
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"{trace.call}.svg"
        file.write_text(picture(trace, lang), encoding="utf-8")
        print(file, flush=True)
    elif form is Form.SVG:
        print(picture(trace, lang), end="", flush=True)
    elif form is Form.JSON:
        print(json.dumps(as_json(trace), ensure_ascii=False), flush=True)
    else:
        for row in trace.rows:
            print(row_line(trace, row, lang))
        print(last_line(trace, lang), flush=True)
