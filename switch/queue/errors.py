"""Errors of the queue machine."""

from kmcc.switch.errors import SwitchError


class QueueError(SwitchError):
    """An event that cannot be; the machine has not changed."""


class UnknownSeatError(QueueError):
    def __init__(self, seat: str, event: str) -> None:
        super().__init__(f"queue: {event} names seat {seat}, which has never signed in")
        self.seat = seat


class SeatStateError(QueueError):
    def __init__(self, seat: str, state: str, event: str) -> None:
        super().__init__(f"queue: {event} is not allowed for seat {seat} in {state}")
        self.seat = seat
        self.state = state
        self.event = event


class DuplicateCallError(QueueError):
    def __init__(self, call: str, where: str) -> None:
        super().__init__(f"queue: call {call} came twice, it is already {where}")
        self.call = call


class UnknownCallError(QueueError):
    def __init__(self, call: str, event: str, expected: str) -> None:
        super().__init__(f"queue: {event} names call {call}, expected {expected}")
        self.call = call


class QueueSettingError(QueueError):
    def __init__(self, setting: str, value: int, expected: str) -> None:
        super().__init__(f"queue: setting {setting} is {value}, expected {expected}")
        self.setting = setting
