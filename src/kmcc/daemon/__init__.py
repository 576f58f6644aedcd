"""The roof's working part: puts the house together from a configuration and runs it."""

from kmcc.daemon.house import House
from kmcc.daemon.serve import serve

__all__ = ["House", "serve"]
