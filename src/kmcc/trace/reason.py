"""Why a call failed, in words: what its circuits reported before the cause of its record; English and Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kmcc.signaling.china1.chinese import failure_in_chinese
from kmcc.signaling.china1.terms import Failure
from kmcc.switch.circuit import Cause

HANG_UPS: Final = frozenset({Cause.CALLER_HUNG_UP.words, Cause.CALLED_HUNG_UP.words})
"""No failure once the call was answered."""

CAUSE_ZH: Final[Mapping[str, str]] = {
    Cause.NORMAL.words: "正常结束",
    Cause.CALLER_HUNG_UP.words: "主叫挂机",
    Cause.CALLED_HUNG_UP.words: "被叫挂机",
    Cause.VACANT_NUMBER.words: "空号",
    Cause.BUSY.words: "被叫忙",
    Cause.NO_ANSWER.words: "久叫不应",
    Cause.REFUSED.words: "拒绝",
    Cause.CONGESTION.words: "拥塞",
    Cause.SIGNALLING_FAILURE.words: "信令故障",
    Cause.CIRCUIT_FAULT.words: "电路故障",
    Cause.DOUBLE_SEIZURE.words: "双向同抢",
    Cause.SYSTEM_FAULT.words: "系统故障",
    Cause.SHUTDOWN.words: "系统停机",
    Cause.AUTHENTICATION_FAILED.words: "验证失败",
    Cause.ABANDONED.words: "排队中放弃",
}
FAILURES: Final = frozenset(failure.value for failure in Failure)


@dataclass(frozen=True, slots=True)
class Reason:
    english: str
    chinese: str

    def words(self, lang: str) -> str:
        return self.chinese if lang == "zh" else self.english


def reason_of(cause: str, failures: Sequence[tuple[str, str]], *, is_answered: bool) -> Reason | None:
    """Why a call that ended with this cause failed, None when it did not. `failures`: circuit, what it reported."""
    if cause == Cause.NORMAL.words or (cause in HANG_UPS and is_answered):
        return None
    cause_zh = CAUSE_ZH.get(cause, cause)
    if cause in HANG_UPS:
        return Reason(f"{cause} before answer", f"应答前{cause_zh}")
    known = [(circuit, failure) for circuit, failure in failures if failure in FAILURES]
    if not known:
        return Reason(cause, cause_zh)
    circuit, failure = known[-1]
    failure_zh = failure_in_chinese(failure)
    return Reason(
        f"{failure if cause in failure else f'{cause}: {failure}'}, on {circuit}",
        f"{failure_zh if cause_zh in failure_zh else f'{cause_zh}：{failure_zh}'}，电路 {circuit}",
    )
