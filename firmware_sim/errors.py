"""Errors of the simulator: a script that did not go as written."""

from kmcc.errors import KmccError


class ScenarioError(KmccError):
    """What a simulated person waited for did not come; names who, what and when."""
