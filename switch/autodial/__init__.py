"""Automatic outgoing calls: one campaign as a machine, and what became of each attempt."""
