"""Whatever the line, the span, the register and the switch do in whatever order, under every control and line rule.

No circuit is wedged for longer than its longest timer: with the far end still and the switch gone, all timers run out
within it, in a state that may last; and from each such state a far end that goes idle brings the circuit back. A
seizure that still stands when the circuit has become idle is a new one, with the time of its own register.
"""

import heapq

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmcc.signaling.china1.channel import Channel, IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.messages import (
    Accept,
    Answer,
    Block,
    Clear,
    Command,
    Event,
    ForceRelease,
    LineBits,
    OperatorRing,
    PulseDone,
    Refuse,
    Resume,
    Seize,
    SendBits,
    SendPulse,
    SignalOff,
    SignalOn,
    Unblock,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL, Profile, load_profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Failure
from kmcc.signaling.effects import Expired, ProtocolError, StartTimer, StopTimer

LONGEST_MS = max(row.ms for row in LOCAL.timers)
IDLE = LineBits(0b1011)
CODES = [LineBits(code) for code in (0b1011, 0b0011, 0b1111, 0b0111, 0b0001, 0b0101, 0b1101)]
WAITS = list(range(0, 160_000, 333))
"""ms between two events."""

PROFILES = [
    load_profile({"name": f"{control.value} {name}", "line": {"control": control.value, **rules}})
    for control in Control
    for name, rules in (
        ("plain", {}),
        ("all", dict.fromkeys(("operator_signals", "forced_release", "repeated_clear", "metering"), True)),
    )
]
RESTS = {"unknown", "idle", "blocked", "faulty", "locally blocked", "out of order", "stuck"}


class Live:
    """A channel with its timers on a clock."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.now_ms = 0
        self._due: list[tuple[int, int, str]] = []
        self._serial = 0
        self._pulse: int | None = None
        self._follow(channel.start())

    def take(self, event: Event) -> None:
        try:
            self._follow(self.channel.receive(event))
        except ProtocolError:
            assert isinstance(event, Command)

    def _follow(self, effects: tuple[object, ...]) -> None:
        for effect in effects:
            if isinstance(effect, StartTimer):
                self._start(effect.name, effect.ms)
            elif isinstance(effect, StopTimer):
                self._due = [row for row in self._due if row[2] != effect.name]
                heapq.heapify(self._due)
            elif isinstance(effect, SendPulse):
                self._start("", effect.ms)
            elif isinstance(effect, SendBits):
                assert effect.abcd & 0b1101  # never 0000, nor c alone

    def _start(self, name: str, ms: int) -> None:
        assert name == "" or all(row[2] != name for row in self._due), f"{name} runs already"
        self._serial += 1
        heapq.heappush(self._due, (self.now_ms + ms, self._serial, name))

    def wait(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        while self._due and self._due[0][0] <= until_ms:
            self.now_ms, _, name = heapq.heappop(self._due)
            self.take(Expired(name) if name else PulseDone())
        self.now_ms = until_ms

    @property
    def is_still(self) -> bool:
        return not self._due


def two_digits(called: str) -> Verdict:
    if called.endswith("7"):
        return Verdict.VACANT
    return Verdict.COMPLETE if len(called) >= 2 else Verdict.MORE


def outgoing(profile: Profile) -> Channel:
    return OutgoingChannel(profile)


def incoming(profile: Profile) -> Channel:
    return IncomingChannel(profile, two_digits)


SPAN_AND_SWITCH: list[Event] = [
    PcmBreak(),
    PcmLost(),
    PcmBack(),
    Clear(),
    Block(),
    Unblock(),
    OperatorRing(),
    Resume(),
    ForceRelease(),
    SignalOff(),
]
LINE: list[Event] = [*CODES]
COMMON = st.sampled_from(LINE) | st.builds(SignalOn, st.integers(0, 15)) | st.sampled_from(SPAN_AND_SWITCH)
COMMANDS: dict[str, list[Event]] = {
    "outgoing": [Seize("31", "32", 1, 3), Seize("319", None, 1, 2), Seize("31", None, 1, 3, control=Control.CALLED)],
    "incoming": [Accept(), Accept(6), Accept(1, Control.CALLED), Answer(), Refuse(Failure.CALLED_BUSY)],
}
DIGITS: tuple[Event, ...] = (SignalOn(3), SignalOff(), SignalOn(3), SignalOff())
CALL: dict[str, list[Event]] = {
    "outgoing": [IDLE, Seize("31", None, 1, 3), LineBits(0b1111), SignalOn(3), SignalOff(), SignalOn(1), SignalOff()],
    "incoming": [IDLE, LineBits(0b0011), *DIGITS, SignalOn(3), Accept(), SignalOff()],
}
ROLES = {"outgoing": outgoing, "incoming": incoming}


@pytest.mark.parametrize("role", ROLES)
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_never_wedged(role: str, data: st.DataObject) -> None:
    live = Live(ROLES[role](data.draw(st.sampled_from(PROFILES))))
    for event in CALL[role][: data.draw(st.integers(0, len(CALL[role])))]:
        live.take(event)
    for something in data.draw(st.lists(COMMON | st.sampled_from(COMMANDS[role]), max_size=25)):
        live.take(something)
        live.wait(data.draw(st.sampled_from(WAITS)) if data.draw(st.booleans()) else 0)
    still = data.draw(st.sampled_from(CODES))
    for last in (PcmBack(), still, Unblock(), Clear()):
        live.take(last)
    live.wait(LONGEST_MS + LOCAL.ms("t3") + LOCAL.ms("release_guard"))
    assert live.is_still, live.channel.state
    assert live.channel.state in RESTS
    for code in (LineBits(0b1111), IDLE):
        live.take(code)
        live.wait(LONGEST_MS)
    assert live.channel.state == "idle"


def test_the_longest_timer_is_that_of_the_incoming_end_for_clear_forward() -> None:
    assert LOCAL.ms("await_clear") == LONGEST_MS


@pytest.mark.parametrize("rules", [LineRules(), LineRules(operator_signals=True)])
def test_every_profile_is_tried(rules: LineRules) -> None:
    assert len({(profile.line.control, profile.line.metering) for profile in PROFILES}) == 6
    assert any(profile.line.operator_signals is rules.operator_signals for profile in PROFILES)
