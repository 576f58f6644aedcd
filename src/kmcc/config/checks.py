"""What only the whole configuration can tell: channels, lines and names that must fit together."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kmcc.centre.calling_hours import CALLING_HOURS
from kmcc.config.channels import channel_words
from kmcc.config.digit_rules_section import digit_rules_make_numbers
from kmcc.config.errors import Place
from kmcc.config.finding import Finding
from kmcc.config.lines_section import line_profiles_work, lines_have_one_owner, office_numbers_lead_somewhere
from kmcc.config.model import Config
from kmcc.config.plan import number_rows
from kmcc.config.recording_section import recording_rules_name_what_is_there
from kmcc.config.routes_section import routes_are_sound
from kmcc.config.sections import Board
from kmcc.config.treatment_section import treatments_can_be_heard
from kmcc.config.wording import value_words
from kmcc.dsp.engine import MOST_LINES, MOST_SPANS
from kmcc.signaling.china1.dl_profiles import profile_of
from kmcc.signaling.china1.line_checks import wrong_two_way
from kmcc.signaling.effects import ProfileError
from kmcc.switch.errors import SwitchError
from kmcc.switch.numbering import NumberPlanError, NumberPlans
from kmcc.switch.prompts import faults, packaged_directory

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def check(config: Config) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(config)]


def _boards_fit_the_engine(config: Config) -> Iterator[Finding]:
    """Their spans and lines together: no more than the engine has, and not none of both."""
    if not any(board.spans or board.lines for board in config.boards):
        yield Finding(("boards", 0), "no spans and no lines", "spans, lines or both")
    for what, most in (("spans", MOST_SPANS), ("lines", MOST_LINES)):
        total = 0
        for index, board in enumerate(config.boards):
            total += getattr(board, what)
            if total > most:
                expected = f"at most {most} {what} of all [[boards]] together"
                yield Finding(("boards", index, what), str(total), expected)
                break


def _clock_is_of_a_board(config: Config) -> Iterator[Finding]:
    board = config.media.clock_board
    if board is not None and board >= len(config.boards):
        yield _no_board(config, ("media", "clock_board"), board)


def _trunk_groups_have_a_span(config: Config) -> Iterator[Finding]:
    for index, group in enumerate(config.trunk_groups):
        board = _board(config, group.board)
        if board is None:
            yield _no_board(config, ("trunk_groups", index, "board"), group.board)
        elif group.span >= board.spans:
            expected = _counted("span", board.spans, group.board)
            yield Finding(("trunk_groups", index, "span"), str(group.span), expected)


def _channels_do_not_overlap(config: Config) -> Iterator[Finding]:
    owners: dict[tuple[int, int, int], int] = {}
    for index, group in enumerate(config.trunk_groups):
        taken: dict[int, list[int]] = {}
        for channel in group.channels:
            owner = owners.setdefault((group.board, group.span, channel), index)
            if owner != index:
                taken.setdefault(owner, []).append(channel)
        for owner, channels in taken.items():
            name = value_words(config.trunk_groups[owner].name)
            expected = f"channels that are not in group {name} of the same span"
            yield Finding(("trunk_groups", index, "channels"), channel_words(tuple(channels)), expected)


def _names_are_unique(config: Config) -> Iterator[Finding]:
    sections: tuple[tuple[str, str, list[str]], ...] = (
        ("boards", "url", [board.url for board in config.boards]),
        ("trunk_groups", "name", [group.name for group in config.trunk_groups]),
        ("office_lines", "name", [group.name for group in config.office_lines]),
        ("seats", "id", [seat.id for seat in config.seats]),
        ("services", "name", [service.name for service in config.services]),
    )
    for section, key, names in sections:
        for index, name in enumerate(names):
            if name in names[:index]:
                first = f"{section}[{names.index(name)}]"
                yield Finding((section, index, key), value_words(name), f"another {key} than that of {first}")


def _numbers_lead_somewhere(config: Config) -> Iterator[Finding]:
    ways = [*config.groups("out", "both"), *(route.name for route in config.routes)]
    for index, number in enumerate(config.numbers):
        if number.route is not None and number.route not in ways:
            expected = f"a route, or a trunk group with direction out or both ({', '.join(ways) or 'there is none'})"
            yield Finding(("numbers", index, "route"), value_words(number.route), expected)


def _numbers_name_trunk_groups(config: Config) -> Iterator[Finding]:
    incoming = [*config.groups("in", "both"), *(extension.group for extension in config.extensions)]
    for index, number in enumerate(config.numbers):
        for n, name in enumerate(number.trunk_groups):
            if name not in incoming:
                expected = f"a trunk group with direction in or both ({', '.join(incoming) or 'there is none'})"
                yield Finding(("numbers", index, "trunk_groups", n), value_words(name), expected)


def _open_numbers_can_be_ended(config: Config) -> Iterator[Finding]:
    """A number of unknown length is ended by a pulse of A3: every group that calls come by must be able to send it."""
    if all(number.min_digits == number.max_digits for number in config.numbers):
        return
    for index, group in enumerate(config.trunk_groups):
        register = group.profile.get("register", {})
        signals = register.get("pulse_signals") if isinstance(register, dict) else None
        if group.direction != "out" and isinstance(signals, (list, tuple)) and 3 not in signals:
            place = ("trunk_groups", index, "profile", "register", "pulse_signals")
            expected = "3 among them: some of [[numbers]] have min_digits below max_digits"
            yield Finding(place, str(list(signals)), expected)


def _number_plan_is_sound(config: Config) -> Iterator[Finding]:
    rows = number_rows(config)
    try:
        NumberPlans(rows)
    except NumberPlanError as error:
        index, numbers = rows.index(error.row), len(config.numbers)
        place = ("numbers", index) if index < numbers else ("extensions", index - numbers)
        yield Finding(place, str(error), None)


def _prompts_are_complete(config: Config) -> Iterator[Finding]:
    directory = Path(config.prompts.directory) if config.prompts.directory else packaged_directory()
    try:
        found: tuple[SwitchError, ...] = faults(directory)
    except SwitchError as error:  # a catalogue that cannot be read
        found = (error,)
    for fault in found:
        yield Finding(("prompts", "directory"), str(fault), None)


def _access_code_is_a_number(config: Config) -> Iterator[Finding]:
    code = config.centre.access_code
    if not any(number.prefix == code and number.service is not None for number in config.numbers):
        expected = "the prefix of one of [[numbers]] that leads to a service"
        yield Finding(("centre", "access_code"), value_words(code), expected)


def _console_is_guarded(config: Config) -> Iterator[Finding]:
    """Without tokens everybody who reaches the console may give orders to seats."""
    if not config.http.tokens and config.http.host not in LOOPBACK:
        expected = f"one of {', '.join(LOOPBACK)}, or [[http.tokens]]: without them everybody may give orders"
        yield Finding(("http", "host"), value_words(config.http.host), expected)


def _tokens_fit_their_seats(config: Config) -> Iterator[Finding]:
    seats = [seat.id for seat in config.seats]
    hashes = [token.sha256 for token in config.http.tokens]
    for index, token in enumerate(config.http.tokens):
        place = ("http", "tokens", index)
        if token.seat is None and token.role == "seat":
            yield Finding((*place, "role"), value_words(token.role), "the key seat beside it: whose token this is")
        if token.seat is not None and token.seat not in seats:
            expected = f"the id of one of [[seats]] ({', '.join(seats) or 'there is none'})"
            yield Finding((*place, "seat"), value_words(token.seat), expected)
        if token.sha256 in hashes[:index]:
            first = f"http.tokens[{hashes.index(token.sha256)}]"
            yield Finding((*place, "sha256"), "the same (not shown)", f"another token than {first}")


def _services_overflow_to_another(config: Config) -> Iterator[Finding]:
    for index, service in enumerate(config.services):
        if service.overflow == service.name:
            yield Finding(("services", index, "overflow"), value_words(service.overflow), "another service")


def _reminders_ring_by_day(config: Config) -> Iterator[Finding]:
    start, end = config.reminders.window_start, config.reminders.window_end
    earliest, latest = CALLING_HOURS
    if start < earliest or start > latest:
        yield Finding(("reminders", "window_start"), f"{start:%H:%M}", f"{earliest:%H:%M} to {latest:%H:%M}")
    if end <= start or end > latest:
        expected = f"later than window_start, {latest:%H:%M} at the latest"
        yield Finding(("reminders", "window_end"), f"{end:%H:%M}", expected)


def _files_can_be_written(config: Config) -> Iterator[Finding]:
    store = config.store
    for key, folder in (
        ("recordings", Path(store.recordings)),
        ("events", Path(store.events).parent),
        ("cdr", Path(store.cdr).parent),
    ):
        if not _is_writable(folder):
            yield Finding(("store", key), value_words(getattr(store, key)), "a place where files can be written")


def _is_writable(folder: Path) -> bool:
    """The folder, or the nearest one above it that exists: the rest is made at start."""
    for place in (folder, *folder.absolute().parents):
        if place.exists():
            return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return False


def _board(config: Config, index: int) -> Board | None:
    return config.boards[index] if index < len(config.boards) else None


def _no_board(config: Config, place: Place, index: int) -> Finding:
    return Finding(place, str(index), f"one of {len(config.boards)} [[boards]], counted from 0")


def _counted(what: str, count: int, board: int) -> str:
    return f"a number below {count}: boards[{board}] has {count} {what}{'' if count == 1 else 's'}, counted from 0"


def _profiles_work(config: Config) -> Iterator[Finding]:
    for index, group in enumerate(config.trunk_groups):
        try:
            profile = profile_of({"name": group.name, **group.profile})
            if group.direction == "both" and (wrong := wrong_two_way(profile)):
                raise ProfileError(f"profile {group.name}: {wrong[0]}")
        except ProfileError as error:
            place = ("trunk_groups", index, "profile", *_row_named_in(str(error), group.profile))
            yield Finding(place, str(error), None)


def _row_named_in(message: str, profile: Mapping[str, object]) -> Place:
    """The row of the profile's tables that the message speaks of."""
    for section, rows in profile.items():
        for row in rows if isinstance(rows, dict) else ():
            if f"{section}.{row}" in message:
                return (section, row)
    return ()


RULES: Final[tuple[Callable[[Config], Iterator[Finding]], ...]] = (
    _boards_fit_the_engine,
    _clock_is_of_a_board,
    _trunk_groups_have_a_span,
    _channels_do_not_overlap,
    _profiles_work,
    _names_are_unique,
    digit_rules_make_numbers,
    routes_are_sound,
    _numbers_lead_somewhere,
    _numbers_name_trunk_groups,
    _open_numbers_can_be_ended,
    _number_plan_is_sound,
    _access_code_is_a_number,
    lines_have_one_owner,
    line_profiles_work,
    office_numbers_lead_somewhere,
    _console_is_guarded,
    _tokens_fit_their_seats,
    _services_overflow_to_another,
    _reminders_ring_by_day,
    recording_rules_name_what_is_there,
    treatments_can_be_heard,
    _files_can_be_written,
    _prompts_are_complete,
)
