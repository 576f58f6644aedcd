"""The field's words for China No.1, English and Chinese, by what is said and when (GB 3971.2-83, GB 3377-82)."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from kmcc.signaling.china1.codes import Backward, Forward, Prefix
from kmcc.signaling.china1.terms import Direction, Failure, Operator


class Stage(Enum):
    """How far a call has come; the same code and the same signal mean something else at each."""

    IDLE = "idle"
    CALLED = "called number"
    KA = "KA"
    CALLING = "calling number"
    KD = "KD"
    KB = "KB"
    RINGING = "ringing"
    TALKING = "talking"
    CLEARED = "cleared back"
    RELEASING = "releasing"


Words = tuple[str, str]
"""English, Chinese."""

DIRECTION: Final[Mapping[Direction, Words]] = {
    Direction.FORWARD: ("forward", "前向"),
    Direction.BACKWARD: ("backward", "后向"),
}
DIGIT: Final[Words] = ("digit", "数字")
CALLING_DIGIT: Final[Words] = ("calling digit", "主叫数字")
END_OF_CLI: Final[Words] = ("end of calling number", "主叫号码结束")
ABSENT_CLI: Final[Words] = ("no calling number", "无主叫号码")
END_OF_CALLED: Final[Words] = ("end of called number", "被叫号码结束")
PREFIX: Final[Mapping[Prefix, Words]] = {
    Prefix.KC_PRIORITY: ("KC, priority", "KC 优先"),
    Prefix.KC_DESIGNATED: ("KC, designated number", "KC 指定号码 Z"),
    Prefix.KC_TEST: ("KC, test call", "KC 测试 T"),
    Prefix.KC_SATELLITE: ("KC, satellite hop", "KC 卫星段控制 W"),
    Prefix.KE_TANDEM: ("KE, tandem", "KE 汇接标志 H"),
    Prefix.KE_TEST: ("KE, test call", "KE 测试 T"),
}
FOREIGN: Final[Words] = ("foreign signal", "异常信号")
UNKNOWN_CODE: Final[Words] = ("unknown code", "未知状态")
PULSE: Final[Words] = ("pulse", "脉冲")
OFF: Final[Words] = ("off", "停发")

GROUP_A: Final[Mapping[int, Words]] = {
    1: ("send next digit", "发下一位"),
    2: ("send from the first digit", "由第一位发起"),
    3: ("number complete, send KD", "号码收全，转至B信号"),
    4: ("congestion", "机键拥塞"),
    5: ("vacant number", "空号"),
    6: ("send KA and calling number", "发KA和主叫号码"),
}
KB: Final[Mapping[int, Words]] = {
    1: ("called free", "被叫空闲"),
    2: ("called busy, local", "被叫市忙"),
    3: ("called busy, toll", "被叫长忙"),
    4: ("called busy or congestion", "被叫忙或机键拥塞"),
    5: ("vacant number", "空号"),
    6: ("called free, caller control", "被叫空闲，主叫控制"),
}

FORWARD_BEFORE: Final[Mapping[Forward, Words]] = {
    Forward.IDLE: ("idle", "示闲"),
    Forward.SEIZURE: ("seizure", "占用"),
    Forward.FAULT: ("fault", "故障"),
}
FORWARD_IN_CALL: Final[Mapping[Forward, Words]] = {
    Forward.CLEAR_FORWARD: ("clear forward", "拆线"),
    Forward.SEIZURE: ("seizure", "占用"),
    Forward.FAULT: ("fault", "故障"),
}
BACKWARD_BEFORE: Final[Mapping[Backward, Words]] = {
    Backward.IDLE: ("idle", "示闲"),
    Backward.BLOCKED: ("blocked", "闭塞"),
}
BACKWARD_UNANSWERED: Final[Mapping[Backward, Words]] = {
    Backward.IDLE: ("idle", "示闲"),
    Backward.SEIZURE_ACK: ("seizing acknowledgement", "占用确认"),
    Backward.ANSWER: ("answer", "应答"),
    Backward.FORCED_RELEASE: ("forced release", "强迫释放"),
}
BACKWARD_ANSWERED: Final[Mapping[Backward, Words]] = {
    Backward.IDLE: ("idle", "示闲"),
    Backward.CLEAR_BACK: ("clear back", "被叫挂机"),
    Backward.ANSWER: ("answer", "应答"),
    Backward.FORCED_RELEASE: ("forced release", "强迫释放"),
}
BACKWARD_CLEARED: Final[Mapping[Backward, Words]] = {
    **BACKWARD_ANSWERED,
    Backward.ANSWER: ("re-answer", "再应答"),
}
BACKWARD_RELEASING: Final[Mapping[Backward, Words]] = {
    Backward.IDLE: ("release guard", "释放监护"),
    Backward.RELEASE: ("release in progress", "正在释放"),
    Backward.ANSWER: ("called still off-hook", "被叫未挂机"),
}
BACKWARD_AT: Final[Mapping[Stage, Mapping[Backward, Words]]] = MappingProxyType(
    {
        **dict.fromkeys(Stage, BACKWARD_UNANSWERED),
        Stage.IDLE: BACKWARD_BEFORE,
        Stage.TALKING: BACKWARD_ANSWERED,
        Stage.CLEARED: BACKWARD_CLEARED,
        Stage.RELEASING: BACKWARD_RELEASING,
    }
)

FAILURE_ZH: Final[Mapping[Failure, str]] = {
    Failure.VACANT_NUMBER: "空号",
    Failure.CALLED_BUSY: "被叫忙",
    Failure.CONGESTION: "机键拥塞",
    Failure.NO_SEIZE_ACK: "无占用确认",
    Failure.NO_BACKWARD_SIGNAL: "T1：收不到后向信号",
    Failure.NO_FORWARD_SIGNAL: "T3：收不到前向信号",
    Failure.BACKWARD_SIGNAL_STAYS: "T2：后向信号不停",
    Failure.FORWARD_SIGNAL_STAYS: "T4：前向信号不停",
    Failure.NO_ANSWER: "久叫不应",
    Failure.FOREIGN_SIGNAL: "异常记发器信号",
    Failure.ABNORMAL_RELEASE: "应答前对端异常释放",
    Failure.RELEASE_IN_TALK: "应答后对端异常释放",
    Failure.FORCED_RELEASE: "对端强迫释放",
    Failure.DOUBLE_SEIZURE: "双向同抢",
    Failure.NO_CLEAR_FORWARD: "收不到拆线信号",
    Failure.PCM_FAULT: "PCM系统故障",
    Failure.NO_RELEASE_GUARD: "拆线后无释放监护",
    Failure.BLOCKED: "对端闭塞",
    Failure.LINE_FAULT: "线路故障",
}

OPERATOR: Final[Mapping[Operator, Words]] = {
    Operator.RE_RING: (Operator.RE_RING.value, "再振铃"),
    Operator.FORCE_RELEASE: (Operator.FORCE_RELEASE.value, "强拆"),
    Operator.RING_BACK: (Operator.RING_BACK.value, "回振铃"),
}
