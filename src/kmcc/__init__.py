"""KMCC: the platform of a telecom operator's customer service centre."""

__version__ = "0.1.0"
