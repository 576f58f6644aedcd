"""Callers, subscribers and seat agents: small scripts with ears, keys and a voice."""
