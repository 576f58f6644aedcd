"""Errors of the switch floor."""

from kmcc.errors import KmccError


class SwitchError(KmccError):
    """Base of all that the switch can raise."""
