"""What a China No.1 circuit writes into the journal: its codes and register signals as a ladder, failures, alarms."""

from collections.abc import Iterable, Mapping
from typing import Final

from kmcc.signaling.china1 import messages as m
from kmcc.signaling.china1.channel import IncomingChannel, OutgoingChannel
from kmcc.signaling.china1.profile import Profile
from kmcc.signaling.china1.trace import Ladder, Role
from kmcc.switch.china1_port import Channel
from kmcc.switch.journal import Journal, SilentJournal

KINDS: Final[Mapping[type, str]] = {
    m.LineBits: "line.bits",
    m.SendBits: "line.bits",
    m.SignalOn: "register.signal",
    m.SendSignal: "register.signal",
    m.SendPulse: "register.signal",
}


class China1Log:
    """Of one circuit; each of its channels has a ladder."""

    def __init__(self, circuit: str, journal: Journal, channels: Iterable[Channel], profile: Profile) -> None:
        self._circuit = circuit
        self._journal = journal
        self._is_kept = not isinstance(journal, SilentJournal)
        roles = {IncomingChannel: Role.INCOMING, OutgoingChannel: Role.OUTGOING}
        self._last: dict[str, int] = {}  # line code each way
        self._ladders = {channel: Ladder(roles[type(channel)], profile=profile) for channel in channels}

    def note(self, way: str, what: m.Event | m.Effect, channel: Channel) -> None:
        """The ends of signals are left out, the next one tells them; so is a code that stands already, which while idle
        both machines of a two-way circuit hear and send."""
        ladder, kind = self._ladders[channel], KINDS.get(type(what))
        if kind is None or not self._is_kept or self._stands(way, what):
            ladder.pass_over(what)  # half of what happens on a circuit is timers: their words would be made for nobody
        else:
            self._journal.write(kind, circuit=self._circuit, way=way, what=ladder.line(what))

    def _stands(self, way: str, what: m.Event | m.Effect) -> bool:
        if not isinstance(what, m.LineBits | m.SendBits):
            return False
        before, self._last[way] = self._last.get(way), what.abcd
        return before == what.abcd

    def report(self, what: m.Indication) -> None:
        """What failed, what maintenance staff must see, and what the far end told about a call that goes on."""
        if isinstance(what, m.Failed):
            self._journal.write("circuit.failed", circuit=self._circuit, reason=what.failure.value)
        elif isinstance(what, m.Alarm):
            self._journal.write("circuit.alarm", circuit=self._circuit, what=what.failure.value)
        elif isinstance(what, m.OperatorSignal):
            self._journal.write("circuit.operator_signal", circuit=self._circuit, what=what.what.value)
        elif isinstance(what, m.MeterUnit):
            self._journal.write("circuit.metering_pulse", circuit=self._circuit)
