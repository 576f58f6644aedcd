"""Seats at work: their telephones, the calls they talk with, what they and their supervisors do (R-106..R-112)."""
