"""What a seat or a supervisor cannot do now. Nothing has changed when one of these is raised."""

from kmcc.switch.errors import SwitchError


class SeatError(SwitchError):
    """Base of them."""


class NoSuchSeatError(SeatError):
    def __init__(self, seat: str) -> None:
        super().__init__(f"seat {seat}: there is none of this name")
        self.seat = seat


class NoSuchCallError(SeatError):
    def __init__(self, call: str, expected: str) -> None:
        super().__init__(f"call {call}: expected {expected}")
        self.call = call


class NotNowError(SeatError):
    """The action does not fit the state."""

    def __init__(self, seat: str, action: str, found: str, expected: str) -> None:
        super().__init__(f"seat {seat}: cannot {action}: {found}, expected {expected}")
        self.seat = seat
        self.action = action


class BadOrderError(SeatError):
    """An order that can never be right."""

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(f"{what} is {found}, expected {expected}")
        self.what = what
