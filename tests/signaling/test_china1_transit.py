"""End-to-end transit: A2 sends the caller's register on to the next exchange; three exchanges in a row, no clock."""

from collections import deque

import pytest

from kmcc.signaling.china1.channel import Channel, IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Alerting,
    Answer,
    Answered,
    Clear,
    Effect,
    Event,
    Failed,
    FarCleared,
    Hear,
    InTransit,
    LineBits,
    Offered,
    Refuse,
    Seize,
    SeizeThrough,
    SendBits,
    SendOn,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
    Through,
)
from kmcc.signaling.china1.plan import Verdict
from kmcc.signaling.china1.profile import LOCAL
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.effects import Expired, ProtocolError

IDLE, SEIZURE = LineBits(0b1011), LineBits(0b0011)


def by_08(called: str) -> Verdict:
    """Numbers that begin with 08 are the next exchange's."""
    return Verdict.TRANSIT if called == "08" else Verdict.MORE


def eight_digits(called: str) -> Verdict:
    return Verdict.COMPLETE if len(called) == 8 else Verdict.MORE


class Chain:
    """Caller's exchange - transit exchange - called exchange. Tones pass the transit exchange once it has joined."""

    def __init__(self, refuses: Failure | None = None) -> None:
        self.caller = OutgoingChannel()
        self.inward = IncomingChannel(LOCAL, by_08)
        self.onward = OutgoingChannel()
        self.called = IncomingChannel(LOCAL, eight_digits)
        self.told: list[tuple[Channel, object]] = []
        self.queue: deque[tuple[Channel, Event]] = deque()
        self.is_joined = False
        self.refuses = refuses
        self.forward: list[tuple[Channel, int]] = []
        for channel in (self.caller, self.inward, self.onward, self.called):
            self.run(channel, channel.start())
        self.settle()

    def settle(self) -> None:
        while self.queue:
            channel, event = self.queue.popleft()
            self.run(channel, channel.receive(event))

    def tell(self, channel: Channel, event: Event) -> None:
        self.queue.append((channel, event))
        self.settle()

    def run(self, channel: Channel, effects: tuple[Effect, ...]) -> None:
        far = {self.caller: self.inward, self.inward: self.caller, self.onward: self.called, self.called: self.onward}
        through = {self.caller: self.called, self.called: self.caller}
        hears: Channel = through.get(channel, far[channel]) if self.is_joined else far[channel]
        for effect in effects:
            match effect:
                case SendBits(abcd):
                    self.queue.append((far[channel], LineBits(abcd)))
                case SendSignal(direction, number):
                    if direction is Direction.FORWARD:
                        self.forward.append((hears, number))
                    self.queue.append((hears, SignalOn(number)))
                case StopSignal():
                    self.queue.append((hears, SignalOff()))
                case _:
                    self.told.append((channel, effect))
                    self.switch(channel, effect)

    def switch(self, channel: Channel, effect: Effect) -> None:
        match effect:
            case InTransit() if self.refuses is not None:
                self.queue.append((channel, Refuse(self.refuses)))
            case InTransit():
                self.queue.append((self.onward, SeizeThrough()))
            case Through() if channel is self.onward:
                self.queue.append((self.inward, SendOn()))
            case Through():
                self.is_joined = True
            case Offered():
                self.queue += [(channel, Accept()), (channel, Answer())]
            case Answered() if channel is self.onward:
                self.queue.append((self.inward, Answer()))

    def heard(self, channel: Channel, kind: type[object]) -> list[object]:
        return [effect for who, effect in self.told if who is channel and isinstance(effect, kind)]


CALL = Seize("08713190", "3188888", 1, 2)


def test_the_number_goes_to_the_next_exchange_from_its_first_digit() -> None:
    chain = Chain()
    chain.tell(chain.caller, CALL)
    assert chain.heard(chain.inward, InTransit) == [InTransit("08", "3188888", 1)]
    assert chain.heard(chain.called, Offered) == [Offered("08713190", "3188888", 1, 2)]
    assert chain.heard(chain.caller, Alerting) == [Alerting(1)]
    called = "".join(str(n % 10) for who, n in chain.forward if who is chain.called and n < 11)
    assert called.startswith("0")
    assert [who for who, n in chain.forward].count(chain.inward) == 2 + 1 + 7 + 1  # 08, KA, calling number, 15


def test_the_answer_comes_back_over_both_circuits() -> None:
    chain = Chain()
    chain.tell(chain.caller, CALL)
    for channel in (chain.called, chain.inward):
        chain.tell(channel, Expired("answer_guard"))
    assert chain.heard(chain.caller, Answered) == [Answered()]
    assert chain.caller.state == chain.onward.state == "talking"


@pytest.mark.parametrize("failure", [Failure.CONGESTION, Failure.VACANT_NUMBER, Failure.NO_SEIZE_ACK])
def test_no_way_onward_is_told_by_group_a(failure: Failure) -> None:
    chain = Chain(refuses=failure)
    chain.tell(chain.caller, CALL)
    wanted = failure if failure is Failure.VACANT_NUMBER else Failure.CONGESTION
    assert chain.heard(chain.caller, Failed) == [Failed(wanted)]
    assert chain.heard(chain.inward, Alarm) == []
    assert chain.inward.state == "releasing"


def transit(*events: Event) -> IncomingChannel:
    """A transit exchange that has heard 08 and then this."""
    channel = IncomingChannel(LOCAL, by_08)
    for event in (IDLE, SEIZURE, *(e for n in (10, 1, 15) for e in (SignalOn(n), SignalOff())), SignalOn(8), *events):
        channel.receive(event)
    return channel


def test_while_the_next_exchange_is_seized_the_digit_stands() -> None:
    channel = transit()
    assert channel.state == "register: routing"
    assert channel.receive(SignalOff()) == channel.receive(SignalOn(8)) == ()


def test_the_receiver_is_off_when_both_are_joined() -> None:
    effects = transit(SendOn()).receive(SignalOff())
    assert effects[-1] == Through()
    assert Hear(None) in effects
    assert effects.index(StopSignal()) < effects.index(Through())


def test_the_caller_hangs_up_while_the_next_exchange_is_seized() -> None:
    channel = transit()
    effects = channel.receive(IDLE)
    assert FarCleared() in effects
    assert channel.state == "releasing"


def test_the_switch_hangs_up_while_the_next_exchange_is_seized() -> None:
    channel = transit()
    assert SendSignal(Direction.BACKWARD, 4) in channel.receive(Clear())


def test_t4_in_a2() -> None:
    channel = transit(SendOn())
    assert Failed(Failure.FORWARD_SIGNAL_STAYS) in channel.receive(Expired("t4"))


def test_send_on_is_for_transit_only() -> None:
    channel = IncomingChannel(LOCAL, eight_digits)
    channel.receive(IDLE)
    with pytest.raises(ProtocolError, match="SEND_ON is not allowed in OFF"):
        channel.receive(SendOn())
