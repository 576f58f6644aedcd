"""What the media engine refuses before it reaches C."""

from collections.abc import Mapping

from kmcc.dsp.errors import DspError


class EngineError(DspError):
    """Base of what the engine's face refuses."""


class EngineConfigError(EngineError):
    """An engine that cannot be made."""

    def __init__(self, config: Mapping[str, int]) -> None:
        found = ", ".join(f"{name} = {value}" for name, value in config.items())
        super().__init__(
            f"engine with {found}: expected up to 64 spans and 4096 lines, not none of both, up to 4096 conferences "
            "and echo cancellers, a tick of 16, 64 or 80 samples, and persistence of 0..1000 ms"
        )


class EngineRangeError(EngineError):
    """A port, conference, nibble or count that this engine does not have."""

    def __init__(self, what: str, value: float, lowest: int | str, highest: int) -> None:
        super().__init__(f"{what} {value}: expected {lowest}..{highest}")
        self.what = what
        self.value = value


class RecorderBusyError(EngineError):
    """One ring has one writer."""

    def __init__(self, port: int, other: int) -> None:
        super().__init__(f"recorder for port {port} is recording port {other}: expected one of its own")


class NoCancellerError(EngineError):
    """All echo cancellers of the engine are at work on other ports."""

    def __init__(self, port: int, cancellers: int) -> None:
        super().__init__(f"echo of port {port}: all {cancellers} cancellers are in use, expected a free one")
        self.port = port


class CommandRingFullError(EngineError):
    """Too many commands since the last tick; the command was not queued."""

    def __init__(self, port: int, op: str) -> None:
        super().__init__(f"{op} for port {port} was not queued, the command ring is full: expected a tick before more")
        self.port = port
        self.op = op


class EnginePairError(EngineError):
    """Two engines that cannot be stepped back to back."""

    def __init__(self, ticks_samples: tuple[int, int]) -> None:
        super().__init__(f"engines with ticks of {ticks_samples} samples: expected two engines with the same tick")


class RackError(EngineError):
    """A board that finds no place in the rack."""

    def __init__(self, wanted: object, there: str) -> None:
        super().__init__(f"board at {wanted}: found {there}, expected a free place for all of it")


class PacerError(EngineError):
    """The system does not give what a real-time thread needs."""

    def __init__(self, why: str) -> None:
        super().__init__(f"real-time thread: {why}, expected a thread and a timer")


class MappingError(EngineError):
    """Shared memory that is no mapping of ours."""

    def __init__(self, octets: int) -> None:
        super().__init__(f"mapping of {octets} octets: found none of this version and size, expected one")
