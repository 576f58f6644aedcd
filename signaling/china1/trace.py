"""A ladder of one circuit in the field's words: every event and effect as one line (GB 3971.2-83, GB 3377-82).

`describe` is a pure function of the thing and the stage of the call; `Ladder` keeps the stage.
"""

from enum import Enum
from typing import Final, Literal

from kmcc.signaling.china1 import words
from kmcc.signaling.china1.codes import OPERATOR_BIT, Ani, Backward, Control, Forward
from kmcc.signaling.china1.messages import (
    Accept,
    Acknowledged,
    Alarm,
    Alerting,
    Answer,
    Answered,
    Block,
    Blocked,
    Clear,
    Effect,
    Event,
    Failed,
    FarCleared,
    ForceRelease,
    Hear,
    Idle,
    LineBits,
    MeterUnit,
    Offered,
    OperatorRing,
    OperatorSignal,
    PulseDone,
    Refuse,
    Resume,
    Resumed,
    Seize,
    Seized,
    SendBits,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
    Suspended,
    Unblock,
    Unblocked,
)
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.span_events import PcmBack, PcmBreak, PcmLost
from kmcc.signaling.china1.terms import Direction, Operator
from kmcc.signaling.china1.words import Stage, Words
from kmcc.signaling.effects import Expired, StartTimer, StopTimer


class Role(Enum):
    """Which end we are."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


Lang = Literal["en", "zh"]
Item = Event | Effect
OWN: Final = {Role.OUTGOING: Direction.FORWARD, Role.INCOMING: Direction.BACKWARD}
FAR: Final = {Role.OUTGOING: Direction.BACKWARD, Role.INCOMING: Direction.FORWARD}

PLAIN: Final[dict[type[Item], Words]] = {
    PulseDone: ("pulse done", "脉冲结束"),
    Answer: ("switch: answer", "交换：应答"),
    Clear: ("switch: clear", "交换：挂机"),
    Resume: ("switch: caller is back", "交换：主叫再摘机"),
    ForceRelease: ("switch: force release", "交换：强迫释放"),
    OperatorRing: ("switch: operator signal", "交换：话务员信号"),
    Block: ("switch: block", "交换：闭塞"),
    Unblock: ("switch: unblock", "交换：解除闭塞"),
    PcmBreak: ("span alarm begins", "PCM中断"),
    PcmLost: ("span alarm", "PCM告警"),
    PcmBack: ("span alarm over", "PCM恢复"),
    Suspended: ("far party hung up, may come back", "对方挂机，可再应答"),
    Resumed: ("far party is back", "对方再摘机"),
    MeterUnit: ("metering pulse", "计费脉冲"),
    Seized: ("seized", "已被占用"),
    Acknowledged: ("circuit is ours", "占用成功"),
    Answered: ("answered", "被叫已应答"),
    FarCleared: ("far end cleared", "对方已挂机"),
    Idle: ("circuit idle", "电路空闲"),
    Blocked: ("circuit blocked", "电路被闭塞"),
    Unblocked: ("circuit unblocked", "电路解除闭塞"),
}

FAILING: Final[dict[type[Item], Words]] = {
    Refuse: ("switch: refuse,", "交换：拒绝"),
    Failed: ("failed:", "呼叫失败"),
    Alarm: ("alarm:", "告警"),
}


def describe(
    item: Item, role: Role, *, stage: Stage = Stage.CALLED, lang: Lang = "en", profile: Profile = LOCAL
) -> str:
    at = 0 if lang == "en" else 1
    bits, signal = _bits(item, role), _signal(item, role)
    if bits is not None:
        direction, abcd = bits
        return f"{words.DIRECTION[direction][at]} {abcd:04b} {_code(direction, abcd, stage, profile)[at]}"
    if signal is not None:
        text = _tone(*signal, stage, profile, at)
        return f"{text} ({words.PULSE[at]})" if isinstance(item, SendPulse) else text
    return PLAIN[type(item)][at] if type(item) in PLAIN else _with_data(item, role, at)


def follow(stage: Stage, item: Item, role: Role, profile: Profile = LOCAL) -> Stage:
    """The stage after this."""
    bits, signal = _bits(item, role), _signal(item, role)
    if bits is not None:
        return _after_code(stage, *bits, profile)
    if signal is not None:
        return _after_signal(stage, *signal, profile)
    return Stage.IDLE if isinstance(item, (Idle, Unblocked)) else stage


STAGED: Final = (LineBits, SendBits, SignalOn, SendSignal, SendPulse, Idle, Unblocked)
"""What can change the stage; `follow` leaves it as it is for all else."""


class Ladder:
    """Describes one circuit's events and effects in the order in which they happen."""

    def __init__(self, role: Role, *, lang: Lang = "en", profile: Profile = LOCAL) -> None:
        self._role = role
        self._lang: Lang = lang
        self._profile = profile
        self._stage = Stage.IDLE

    def pass_over(self, item: Item) -> None:
        """As `line`, for those whose words nobody wants."""
        if isinstance(item, STAGED):
            self._stage = follow(self._stage, item, self._role, self._profile)

    def line(self, item: Item) -> str:
        text = describe(item, self._role, stage=self._stage, lang=self._lang, profile=self._profile)
        self._stage = follow(self._stage, item, self._role, self._profile)
        return text


def _bits(item: Item, role: Role) -> tuple[Direction, int] | None:
    match item:
        case LineBits(abcd):
            return FAR[role], abcd
        case SendBits(abcd):
            return OWN[role], abcd
    return None


def _signal(item: Item, role: Role) -> tuple[Direction, int] | None:
    match item:
        case SignalOn(number):
            return FAR[role], number
        case SendSignal(direction, number) | SendPulse(direction, number):
            return direction, number
    return None


def _code(direction: Direction, abcd: int, stage: Stage, profile: Profile) -> Words:
    if profile.line.operator_signals and not abcd & OPERATOR_BIT:
        return _operator(direction, stage)
    if direction is Direction.FORWARD:
        forward = words.FORWARD_BEFORE if stage is Stage.IDLE else words.FORWARD_IN_CALL
        return next((text for code, text in forward.items() if profile.forward[code] == abcd), words.UNKNOWN_CODE)
    backward = words.BACKWARD_AT[stage]
    return next((text for code, text in backward.items() if profile.backward[code] == abcd), words.UNKNOWN_CODE)


def _operator(direction: Direction, stage: Stage) -> Words:
    """What bit c says over a code."""
    if direction is Direction.BACKWARD:
        what = Operator.RING_BACK
    else:
        what = Operator.FORCE_RELEASE if stage is Stage.TALKING else Operator.RE_RING
    return words.OPERATOR[what]


def _tone(direction: Direction, number: int, stage: Stage, profile: Profile, at: int) -> str:
    side = words.DIRECTION[direction][at]
    if number == 0:
        return f"{side} {words.FOREIGN[at]}"
    if direction is Direction.BACKWARD:
        if stage is Stage.KB:
            return f"KB {number} {words.KB.get(number, words.FOREIGN)[at]}"
        return f"{side} A{number} {words.GROUP_A.get(number, words.FOREIGN)[at]}"
    if stage in (Stage.KA, Stage.KD):
        return f"{stage.value} {number}"
    if number > 10:
        meaning = _mark(number, stage, profile)
        return f"{side} {number}" if meaning is None else f"{side} {number} ({meaning[at]})"
    kind = words.CALLING_DIGIT if stage is Stage.CALLING else words.DIGIT
    return f"{side} {number % 10} ({kind[at]})"


def _mark(number: int, stage: Stage, profile: Profile) -> Words | None:
    """What a forward signal that is no digit says there."""
    if stage is Stage.CALLING:
        if number == profile.end_of_cli:
            return words.END_OF_CLI
        return words.ABSENT_CLI if number in profile.absent_cli else None
    prefix = profile.prefix_of(number)
    if prefix is not None:
        return words.PREFIX[prefix]
    return words.END_OF_CALLED if number == profile.end_of_called else None


def _after_code(stage: Stage, direction: Direction, abcd: int, profile: Profile) -> Stage:
    if direction is Direction.FORWARD:
        if abcd == profile.forward[Forward.SEIZURE]:
            return _after_seizure(stage, profile)
        is_clear = abcd == profile.forward[Forward.CLEAR_FORWARD] and stage is not Stage.IDLE
        return Stage.RELEASING if is_clear else stage
    if abcd == profile.backward[Backward.ANSWER] and stage not in (Stage.IDLE, Stage.RELEASING):
        return Stage.TALKING
    if abcd == profile.backward[Backward.CLEAR_BACK] and stage is Stage.TALKING:
        return Stage.CLEARED
    is_released = abcd == profile.backward[Backward.IDLE] and stage is Stage.RELEASING
    return Stage.IDLE if is_released else stage


def _after_seizure(stage: Stage, profile: Profile) -> Stage:
    """In a call the code comes back after an operator signal, or when a caller who was held lifts again."""
    if stage is Stage.RELEASING and profile.line.control is Control.CALLED:
        return Stage.TALKING
    return Stage.CALLED if stage in (Stage.IDLE, Stage.RELEASING) else stage


def _after_signal(stage: Stage, direction: Direction, number: int, profile: Profile) -> Stage:
    if direction is Direction.FORWARD:
        if stage is Stage.CALLING and (number == profile.end_of_cli or number in profile.absent_cli):
            return Stage.CALLED
        if stage is Stage.KA and profile.ani is Ani.KA_ONLY:
            return Stage.CALLED
        return {Stage.KA: Stage.CALLING, Stage.KD: Stage.KB}.get(stage, stage)
    if stage is Stage.KB:
        return Stage.RINGING
    if stage not in (Stage.CALLED, Stage.KA, Stage.CALLING):
        return stage
    return {2: Stage.CALLED, 3: Stage.KD, 6: Stage.KA}.get(number, stage)


def _with_data(item: Item, role: Role, at: int) -> str:
    match item:
        case SignalOff():
            return f"{words.DIRECTION[FAR[role]][at]} {words.OFF[at]}"
        case StopSignal():
            return f"{words.DIRECTION[OWN[role]][at]} {words.OFF[at]}"
        case Hear(heard):
            return _receiver(heard, at)
        case Expired() | StartTimer() | StopTimer():
            return _timer(item, at)
        case OperatorSignal(what):
            return f"{('operator:', '话务员：')[at]} {words.OPERATOR[what][at]}"
    return _of_call(item, at)


def _receiver(heard: Direction | None, at: int) -> str:
    if heard is None:
        return ("receiver off", "收号器关")[at]
    return f"{('receiver on,', '收号器开')[at]} {words.DIRECTION[heard][at]}"


def _timer(item: Expired | StartTimer | StopTimer, at: int) -> str:
    match item:
        case Expired(name):
            return f"{('timer expired:', '定时器超时')[at]} {name}"
        case StartTimer(name, ms):
            return f"{('timer', '定时器')[at]} {name} {ms} ms"
        case StopTimer(name):
            return f"{('timer stopped:', '定时器停止')[at]} {name}"


def _of_call(item: Item, at: int) -> str:
    match item:
        case Seize(called, calling, ka, kd):
            return f"{('switch: seize,', '交换：占用')[at]} {_numbers(called, calling, ka, kd, at)}"
        case Offered(called, calling, ka_or_none, kd):
            return f"{('offered,', '来话')[at]} {_numbers(called, calling, ka_or_none, kd, at)}"
        case Accept(kb):
            return f"{('switch: accept, KB', '交换：接受 KB')[at]} {kb}"
        case Alerting(kb):
            return f"{('alerting, KB', '被叫振铃 KB')[at]} {kb}"
        case Refuse() | Failed() | Alarm():
            reason = item.failure.value if at == 0 else words.FAILURE_ZH[item.failure]
            return f"{FAILING[type(item)][at]} {reason}"
    return str(item)


def _numbers(called: str, calling: str | None, ka: int | None, kd: int, at: int) -> str:
    ka_text = "" if ka is None else f" KA {ka}"
    none = ("none", "无")[at]
    return f"{('called', '被叫')[at]} {called} {('calling', '主叫')[at]} {calling or none}{ka_text} KD {kd}"
