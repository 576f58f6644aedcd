"""Boards, lines, exchanges and people that exist only in memory, on a clock that the test owns."""
