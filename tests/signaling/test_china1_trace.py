"""The ladder of a call reads as the field writes it."""

from dataclasses import replace

import pytest

from kmcc.signaling.china1.chinese import chinese
from kmcc.signaling.china1.codes import Ani, Control, Leading
from kmcc.signaling.china1.line_rules import LineRules
from kmcc.signaling.china1.messages import (
    Accept,
    Alarm,
    Alerting,
    Answer,
    Answered,
    Blocked,
    Clear,
    Failed,
    FarCleared,
    Hear,
    Idle,
    LineBits,
    Offered,
    PulseDone,
    Refuse,
    Seize,
    Seized,
    SendBits,
    SendPulse,
    SendSignal,
    SignalOff,
    SignalOn,
    StopSignal,
    Unblocked,
)
from kmcc.signaling.china1.profile import LOCAL, Profile
from kmcc.signaling.china1.terms import Direction, Failure
from kmcc.signaling.china1.trace import Item, Ladder, Role, describe
from kmcc.signaling.china1.words import Stage
from kmcc.signaling.effects import Expired, StartTimer, StopTimer

FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD

OUTGOING_CALL: list[tuple[Item, str, str]] = [
    (SendBits(0b1011), "forward 1011 idle", "前向 1011 示闲"),
    (LineBits(0b1111), "backward 1111 blocked", "后向 1111 闭塞"),
    (LineBits(0b1011), "backward 1011 idle", "后向 1011 示闲"),
    (SendBits(0b0011), "forward 0011 seizure", "前向 0011 占用"),
    (LineBits(0b1111), "backward 1111 seizing acknowledgement", "后向 1111 占用确认"),
    (SendSignal(FORWARD, 3), "forward 3 (digit)", "前向 3 (数字)"),
    (SignalOn(6), "backward A6 send KA and calling number", "后向 A6 发KA和主叫号码"),
    (StopSignal(), "forward off", "前向 停发"),
    (SignalOff(), "backward off", "后向 停发"),
    (SendSignal(FORWARD, 1), "KA 1", "KA 1"),
    (SignalOn(1), "backward A1 send next digit", "后向 A1 发下一位"),
    (SendSignal(FORWARD, 10), "forward 0 (calling digit)", "前向 0 (主叫数字)"),
    (SendSignal(FORWARD, 15), "forward 15 (end of calling number)", "前向 15 (主叫号码结束)"),
    (SendSignal(FORWARD, 10), "forward 0 (digit)", "前向 0 (数字)"),
    (SignalOn(2), "backward A2 send from the first digit", "后向 A2 由第一位发起"),
    (SignalOn(3), "backward A3 number complete, send KD", "后向 A3 号码收全，转至B信号"),
    (SendSignal(FORWARD, 3), "KD 3", "KD 3"),
    (SignalOn(1), "KB 1 called free", "KB 1 被叫空闲"),
    (LineBits(0b0111), "backward 0111 answer", "后向 0111 应答"),
    (LineBits(0b1111), "backward 1111 clear back", "后向 1111 被叫挂机"),
    (LineBits(0b0111), "backward 0111 re-answer", "后向 0111 再应答"),
    (SendBits(0b1011), "forward 1011 clear forward", "前向 1011 拆线"),
    (LineBits(0b1111), "backward 1111 release in progress", "后向 1111 正在释放"),
    (LineBits(0b1011), "backward 1011 release guard", "后向 1011 释放监护"),
    (LineBits(0b1011), "backward 1011 idle", "后向 1011 示闲"),
]


def seen_by_the_far_end(item: Item) -> Item:
    match item:
        case SendBits(abcd):
            return LineBits(abcd)
        case LineBits(abcd):
            return SendBits(abcd)
        case SendSignal(_, number):
            return SignalOn(number)
        case SignalOn(number):
            return SendSignal(BACKWARD, number)
        case StopSignal():
            return SignalOff()
    return StopSignal()


def test_outgoing_ladder() -> None:
    english, chinese = Ladder(Role.OUTGOING), Ladder(Role.OUTGOING, lang="zh")
    assert [english.line(item) for item, _, _ in OUTGOING_CALL] == [text for _, text, _ in OUTGOING_CALL]
    assert [chinese.line(item) for item, _, _ in OUTGOING_CALL] == [text for _, _, text in OUTGOING_CALL]


def test_incoming_ladder_says_the_same() -> None:
    ladder = Ladder(Role.INCOMING)
    lines = [ladder.line(seen_by_the_far_end(item)) for item, _, _ in OUTGOING_CALL]
    assert lines == [text for _, text, _ in OUTGOING_CALL]


SINGLE: list[tuple[Item, str, str]] = [
    (SignalOn(0), "forward foreign signal", "前向 异常信号"),
    (SignalOn(12), "forward 12", "前向 12"),
    (LineBits(0b1111), "forward 1111 fault", "前向 1111 故障"),
    (LineBits(0b0101), "forward 0101 unknown code", "前向 0101 未知状态"),
    (SendPulse(BACKWARD, 4, 150), "backward A4 congestion (pulse)", "后向 A4 机键拥塞 (脉冲)"),
    (SendSignal(BACKWARD, 5), "backward A5 vacant number", "后向 A5 空号"),
    (SignalOff(), "forward off", "前向 停发"),
    (StopSignal(), "backward off", "后向 停发"),
    (PulseDone(), "pulse done", "脉冲结束"),
    (Hear(FORWARD), "receiver on, forward", "收号器开 前向"),
    (Hear(None), "receiver off", "收号器关"),
    (Expired("t3"), "timer expired: t3", "定时器超时 t3"),
    (StartTimer("t3", 15_000), "timer t3 15000 ms", "定时器 t3 15000 ms"),
    (StopTimer("t3"), "timer stopped: t3", "定时器停止 t3"),
    (
        Seize("3190000", "3188888", 1, 3),
        "switch: seize, called 3190000 calling 3188888 KA 1 KD 3",
        "交换：占用 被叫 3190000 主叫 3188888 KA 1 KD 3",
    ),
    (
        Offered("3190000", None, None, 3),
        "offered, called 3190000 calling none KD 3",
        "来话 被叫 3190000 主叫 无 KD 3",
    ),
    (Accept(6), "switch: accept, KB 6", "交换：接受 KB 6"),
    (Refuse(Failure.CALLED_BUSY), "switch: refuse, called subscriber busy", "交换：拒绝 被叫忙"),
    (Answer(), "switch: answer", "交换：应答"),
    (Clear(), "switch: clear", "交换：挂机"),
    (Seized(), "seized", "已被占用"),
    (Alerting(1), "alerting, KB 1", "被叫振铃 KB 1"),
    (Answered(), "answered", "被叫已应答"),
    (FarCleared(), "far end cleared", "对方已挂机"),
    (Failed(Failure.NO_ANSWER), "failed: no answer", "呼叫失败 久叫不应"),
    (Idle(), "circuit idle", "电路空闲"),
    (Blocked(), "circuit blocked", "电路被闭塞"),
    (Unblocked(), "circuit unblocked", "电路解除闭塞"),
    (Alarm(Failure.LINE_FAULT), "alarm: line fault", "告警 线路故障"),
]


@pytest.mark.parametrize(("item", "english", "chinese"), SINGLE)
def test_one_line(item: Item, english: str, chinese: str) -> None:
    assert describe(item, Role.INCOMING) == english
    assert describe(item, Role.INCOMING, lang="zh") == chinese


@pytest.mark.parametrize("failure", list(Failure))
def test_every_failure_has_chinese_words(failure: Failure) -> None:
    text = describe(Failed(failure), Role.OUTGOING, lang="zh")
    assert text.startswith("呼叫失败 ")
    assert text != f"呼叫失败 {failure.value}"


KB_TEXTS = [
    (1, "called free"),
    (2, "called busy, local"),
    (3, "called busy, toll"),
    (4, "called busy or congestion"),
    (5, "vacant number"),
    (6, "called free, caller control"),
]


@pytest.mark.parametrize(("kb", "text"), KB_TEXTS)
def test_kb(kb: int, text: str) -> None:
    assert describe(SignalOn(kb), Role.OUTGOING, stage=Stage.KB) == f"KB {kb} {text}"


def test_idle_indication_ends_a_call_that_failed() -> None:
    ladder = Ladder(Role.OUTGOING)
    for item in (SendBits(0b0011), LineBits(0b1111), LineBits(0b1011), SendBits(0b1011), Idle()):
        ladder.line(item)
    assert ladder.line(LineBits(0b1111)) == "backward 1111 blocked"


MARKS = [
    (
        replace(LOCAL, leading=Leading.KC),
        [(11, "forward 11 (KC, priority)"), (12, "forward 12 (KC, designated number)")],
    ),
    (replace(LOCAL, leading=Leading.KE), [(11, "forward 11 (KE, tandem)"), (12, "forward 12")]),
    (replace(LOCAL, end_of_called=15), [(3, "forward 3 (digit)"), (15, "forward 15 (end of called number)")]),
    (LOCAL, [(3, "forward 3 (digit)"), (15, "forward 15")]),
]


@pytest.mark.parametrize(("profile", "signals"), MARKS)
def test_marks_around_the_called_number(profile: Profile, signals: list[tuple[int, str]]) -> None:
    ladder = Ladder(Role.INCOMING, profile=profile)
    ladder.line(LineBits(0b0011))
    assert [ladder.line(SignalOn(number)) for number, _ in signals] == [text for _, text in signals]


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [(LOCAL, "forward 8 (calling digit)"), (replace(LOCAL, ani=Ani.KA_ONLY), "forward 8 (digit)")],
)
def test_what_follows_ka(profile: Profile, wanted: str) -> None:
    ladder = Ladder(Role.INCOMING, profile=profile)
    for item in (LineBits(0b0011), SignalOn(3), SendSignal(BACKWARD, 6), SignalOn(1), SendSignal(BACKWARD, 1)):
        ladder.line(item)
    assert ladder.line(SignalOn(8)) == wanted


def test_i12_ends_the_calling_number() -> None:
    ladder = Ladder(Role.INCOMING)
    for item in (LineBits(0b0011), SignalOn(3), SendSignal(BACKWARD, 6), SignalOn(1), SendSignal(BACKWARD, 1)):
        ladder.line(item)
    assert ladder.line(SignalOn(12)) == "forward 12 (no calling number)"
    assert ladder.line(SignalOn(9)) == "forward 9 (digit)"


SEMI = replace(LOCAL, line=LineRules(Control.CALLING, operator_signals=True))
IN_TALK: list[tuple[Item, str]] = [
    (SendBits(0b0001), "forward 0001 force release"),
    (SendBits(0b0011), "forward 0011 seizure"),
    (LineBits(0b0101), "backward 0101 ring back"),
    (LineBits(0b0111), "backward 0111 answer"),
    (LineBits(0b1111), "backward 1111 clear back"),
    (SendBits(0b0001), "forward 0001 re-ring"),
    (SendBits(0b0011), "forward 0011 seizure"),
    (LineBits(0b0111), "backward 0111 re-answer"),
    (SendBits(0b1011), "forward 1011 clear forward"),
]


def test_operator_signals_in_a_call() -> None:
    """Bit c over whatever code stands; the code that comes back begins no call."""
    ladder = Ladder(Role.OUTGOING, profile=SEMI)
    for item in (SendBits(0b0011), LineBits(0b1111), LineBits(0b0111)):
        ladder.line(item)
    lines = [ladder.line(item) for item, _ in IN_TALK]
    assert lines == [line for _, line in IN_TALK]
    assert chinese(lines[0]) == "前向 0001 强拆"


def test_a_held_caller_who_lifts_again_is_in_his_call() -> None:
    ladder = Ladder(Role.OUTGOING, profile=replace(LOCAL, line=LineRules(Control.CALLED)))
    for item in (SendBits(0b0011), LineBits(0b1111), LineBits(0b0111), SendBits(0b1011), SendBits(0b0011)):
        ladder.line(item)
    assert ladder.line(LineBits(0b1111)) == "backward 1111 clear back"
