from kmcc.signaling.effects import StartTimer, StopTimer
from kmcc.switch.queue.timers import Running, TimerKind, Timers


def test_a_timer_expires_once() -> None:
    timers = Timers()
    assert timers.start(TimerKind.LEASE, "s1", now_ms=100, ms=20) == StartTimer("lease/s1/1", 20)
    assert timers.expire("lease/s1/1") == Running(TimerKind.LEASE, "s1", due_ms=120)
    assert timers.expire("lease/s1/1") is None


def test_a_stopped_timer_does_not_expire_and_its_name_is_not_used_again() -> None:
    timers = Timers()
    first = timers.start(TimerKind.LEASE, "s1", now_ms=0, ms=20)
    assert timers.stop(first.name) == StopTimer(first.name)
    assert timers.start(TimerKind.LEASE, "s1", now_ms=0, ms=20).name != first.name
    assert timers.expire(first.name) is None
