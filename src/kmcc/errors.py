"""The root of the one error tree; each folder has its own branch beside the code that raises it.

KmccError
  DspError            kmcc.dsp         a length, port or level that cannot be
    WavError          kmcc.dsp.wav     a recording that is not what we read
  BoardError          kmcc.drivers     a board that is absent, gone or refused
  ProtocolError       kmcc.signaling   the far end, or we, did what the protocol does not allow
  DecodeError         kmcc.signaling   octets that are no valid message
  SwitchError         kmcc.switch      calls, prompts, number plans, menus
    CallEnded         kmcc.switch.call the call is over; flows let it pass
  StoreError          kmcc.store
  CentreError         kmcc.centre
  ConfigError         kmcc.config      a configuration that cannot be run
"""


class KmccError(Exception):
    """Base of everything that KMCC raises on purpose."""
