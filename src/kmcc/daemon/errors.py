"""Errors of starting the house."""

from kmcc.errors import KmccError


class StartError(KmccError):
    """The house cannot start: what is in the way, and what was expected."""
