"""The small centres whose every history is looked at. Times are single milliseconds: all that counts is their order."""

from typing import Final

from tests.switch.queue_rules import Desk
from tests.switch.queue_world import System

from kmcc.switch.queue.events import CallWaiting
from kmcc.switch.queue.parties import Grade, Transferred
from kmcc.switch.queue.settings import CallbackRules, OnAbandon, QueueSettings, ServiceRules

A: Final = Desk("pa", is_integrated=False, skills={"a": 1})
B: Final = Desk("pb", is_integrated=False, skills={"b": 1})
BEST: Final = Desk("pa2", is_integrated=False, skills={"a": 2})
ALL: Final = Desk("int", is_integrated=True, skills={"a": 1})

DAY: Final = ("sign in", "sign out", "pause", "resume", "ring", "refuse", "ended", "gone")
TALK: Final = ("hold", "retrieve", "consult", "consult ended")
CHIEF: Final = ("force", "free")


def _settings(**more: object) -> QueueSettings:
    values = {"lease_ms": 2, "wrap_up_ms": 1, "services": {}, **more}
    return QueueSettings(**values)  # type: ignore[arg-type]  # what the systems vary


ONE_SEAT: Final = System(
    "every key of one seat, two callers",
    _settings(),
    (ALL,),
    (CallWaiting("x", 0, "a"), CallWaiting("y", 0, "a")),
    (*DAY, *TALK, *CHIEF),
)
TWO_SEATS: Final = System(
    "two seats, two callers, one of them VIP",
    _settings(),
    (A, ALL),
    (CallWaiting("x", 0, "a", last_seat="int"), CallWaiting("v", 0, None, Grade.VIP)),
    DAY,
)
RULES: Final = System(
    "three seats, three callers: the four rules",
    _settings(lease_ms=1, wrap_up_ms=0),
    (A, BEST, ALL),
    (
        CallWaiting("x", 0, "a"),
        CallWaiting("v", 0, "a", Grade.VIP),
        CallWaiting("t", 0, "a", transferred=Transferred.YES, passed_by="int"),
    ),
    ("sign in", "refuse", "resume", "ended", "gone", "important"),
)
LIMITS: Final = System(
    "two services, longest wait, longest line, overflow, closed hours",
    _settings(
        wrap_up_ms=0,
        services={
            "a": ServiceRules(max_wait_ms=3, max_length=1, overflow="b", overflow_ms=1),
            "b": ServiceRules(max_length=1),
        },
    ),
    (A, B),
    (CallWaiting("x", 0, "a"), CallWaiting("y", 0, "a"), CallWaiting("z", 0, "b")),
    ("sign in", "refuse", "resume", "ended", "gone", "close"),
)
CALLBACKS: Final = System(
    "callbacks and redials: two seats, three calls of two customers",
    _settings(
        wrap_up_ms=0,
        callbacks=CallbackRules(
            on_abandon=OnAbandon.CALL_BACK, at_once=1, ring_ms=2, attempts=2, retry_ms=1, expires_ms=4, redial_ms=2
        ),
    ),
    (A, ALL),
    (CallWaiting("x", 0, "a", number="1"), CallWaiting("x2", 0, "a", number="1"), CallWaiting("y", 0, "a", number="2")),
    ("sign in", "pause", "resume", "ended", "gone", "callback", "not reached", "cancel"),
)
TWO_AT_ONCE: Final = System(
    "callbacks, two at once, promised on demand only",
    _settings(
        wrap_up_ms=0,
        callbacks=CallbackRules(at_once=2, ring_ms=1, attempts=1, retry_ms=1, expires_ms=3, redial_ms=0),
    ),
    (A, ALL),
    (CallWaiting("x", 0, "a", number="1"), CallWaiting("v", 0, "a", Grade.VIP, number="2"), CallWaiting("y", 0, "a")),
    ("sign in", "pause", "resume", "ended", "gone", "callback", "not reached", "cancel"),
)
SYSTEMS: Final = (ONE_SEAT, TWO_SEATS, RULES, LIMITS, CALLBACKS, TWO_AT_ONCE)
