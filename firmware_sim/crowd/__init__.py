"""Many callers at once: scenarios of load, the callers that they send, and what became of each."""
