"""The trace of each call, made from the event log: one line a compelled cycle, a ladder, the reason why it failed."""
