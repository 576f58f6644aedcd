"""What an event of the log means, in a few words for people."""

from typing import Final

from kmcc.store.event import Event

WORDS: Final[dict[str, str]] = {
    "call.offered": "{calling} -> {called}, {service}",
    "call.alerting": "alerting, speech is through",
    "call.answered": "answered",
    "call.placed": "leg out: {called}",
    "call.sent_on": "end to end: the caller's exchange sends {called}... to the next one itself",
    "call.classified": "{result}, by its tone: {tone}",
    "call.released": "released: {cause}",
    "prompt.started": "plays {language}: {prompt}",
    "key.pressed": "key {key}",
    "ivr.choice": "menu {node}: {key}, to {to}",
    "fax.asked": "fax of {document}: {outcome}",
    "message.recorded": "message of {duration_s} s: {file}",
    "bill.told": "bill of {number}, {month}",
    "identity.verified": "identity of {number} verified",
    "password.set": "new password for {number}",
    "identity.refused": "identity refused: {verdict}",
    "number_change.found": "{old} is now {new}: {variant}",
    "queue.entered": "queue: wants a seat",
    "queue.waiting": "queue: place {position}",
    "seat.offered": "seat {seat} rings",
    "seat.connected": "seat {seat} talks, after {waited_ms} ms",
    "seat.parted": "seat {seat} parted",
    "seat.dials": "seat {seat} calls {called}",
    "seat.held": "seat {seat} holds the caller",
    "seat.retrieved": "seat {seat} is back",
    "seat.consults": "seat {seat} asks {target}",
    "seat.consult_answered": "{target} answers seat {seat}",
    "seat.consult_ended": "seat {seat} is back, {target}: {why}",
    "seat.conference": "conference with {target}",
    "seat.member_left": "{target} has left the conference: {why}",
    "seat.transferred": "seat {seat} passes the caller on to {target}",
    "supervisor.joined": "supervisor {supervisor}: {manner} at seat {seat}",
    "supervisor.left": "supervisor {supervisor} has left",
    "supervisor.intercepted": "supervisor {supervisor} takes the call over",
    "supervisor.released": "{by} ends the call",
    "supervisor.inserted": "{by} gives the call to seat {seat}",
    "callback.promised": "will be called back at {number}",
    "callback.failed": "{number} was not reached: {why}",
    "callback.off": "{number} is called back no more: {why}",
    "reminder.answered": "debtor {number} answers",
    "reminder.heard": "debtor {number} heard the notice",
    "cdr.written": "record of leg {leg}: {cause}, {duration_ms} ms",
}


class _Fields(dict[str, object]):
    """For `format_map`: one that is missing or None is a dash."""

    def __getitem__(self, key: str) -> object:
        value = self.get(key)
        return "-" if value is None else value


def told(event: Event) -> str | None:
    """None when it is nothing for people."""
    words = WORDS.get(event.kind)
    return None if words is None else words.format_map(_Fields(event.fields))
