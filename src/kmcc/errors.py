"""The root of the one error tree; each folder has its own branch beside the code that raises it.

KmccError
  DspError            kmcc.dsp         a length, port or level that cannot be
    WavError          kmcc.dsp.wav     a recording that is not what we read
  DecodeError         here             octets, or digits, that are no valid message; every floor has codecs
  BoardError          kmcc.drivers     a board that is absent, gone or refused
  ProtocolError       kmcc.signaling   the far end, or we, did what the protocol does not allow
  SwitchError         kmcc.switch      calls, prompts, number plans, menus
    CallEnded         kmcc.switch.call the call is over; flows let it pass
  StoreError          kmcc.store
  CentreError         kmcc.centre
  ConfigError         kmcc.config      a configuration that cannot be run
"""


class KmccError(Exception):
    """Base of everything that KMCC raises on purpose."""


class DecodeError(KmccError, ValueError):
    """Octets that are no valid message; a decoder gives a value or this."""

    def __init__(self, what: str, found: str, expected: str) -> None:
        super().__init__(f"{what}: found {found}, expected {expected}")
