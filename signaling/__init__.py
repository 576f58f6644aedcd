"""Signalling protocols as sans-IO tables: China No.1 (`china1`) and the analogue line (`analogue`)."""
