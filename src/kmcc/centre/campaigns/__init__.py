"""Autodial campaigns: what is said in a call, what is written of it, and the desk that runs them."""
