"""The branch of the error tree that floor 1 raises: a length, port or level that cannot be."""

from kmcc.errors import KmccError


class DspError(KmccError):
    """Base of what the signal processing refuses before it reaches C."""


class SamplesError(DspError):
    """An array of samples or octets that a kernel cannot take."""

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(f"{what}: found {found}, expected {expected}")


class PortError(DspError):
    """A port, or a number of ports, that the bank does not have."""

    def __init__(self, what: str, value: int, lowest: int, highest: int) -> None:
        super().__init__(f"{what} {value}: expected {lowest}..{highest}")
        self.value = value


class DirectionError(DspError):
    """A way that no register signal goes."""

    def __init__(self, found: object, known: tuple[str, ...]) -> None:
        super().__init__(f"direction of register signals: found {found!r}, expected {' or '.join(known)}")


class ModeError(DspError):
    """A way to listen for keys that does not exist."""

    def __init__(self, found: object, known: tuple[str, ...]) -> None:
        super().__init__(f"mode of the key detector: found {found!r}, expected {' or '.join(known)}")


class BusyError(DspError):
    """A second thread comes while the first is still at work."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: used by two threads at once, expected one at a time")


class ToneError(DspError):
    """A tone that cannot be generated."""

    def __init__(self, what: str, found: object, expected: str) -> None:
        super().__init__(f"tone with {what} {found}: expected {expected}")


class WavError(DspError):
    """A recording that is not what we read."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(f"{name}: found {found}, expected {expected}")
        self.name = name


class ProfileError(DspError):
    """A tone profile that contradicts itself or asks for what no receiver can hear."""

    def __init__(self, profile: str, tone: str, found: str, expected: str) -> None:
        where = f"tone profile {profile!r}" + (f", tone {tone!r}" if tone else "")
        super().__init__(f"{where}: found {found}, expected {expected}")
        self.profile = profile
        self.tone = tone
