"""The queue machine: who waits, who is free, and who is given to whom."""
