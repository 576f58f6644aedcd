"""Load runs: a house under a crowd of simulated callers, measured, checked and reported."""
