"""One China No.1 circuit: one object for each role, both driven through `receive` (channel_base)."""

from kmcc.signaling.china1.channel_base import Channel
from kmcc.signaling.china1.channel_in import IncomingChannel
from kmcc.signaling.china1.channel_out import OutgoingChannel

__all__ = ["Channel", "IncomingChannel", "OutgoingChannel"]
