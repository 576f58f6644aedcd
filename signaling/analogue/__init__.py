"""The analogue subscriber line (GB 3378-82, GB 3380-82) as sans-IO tables."""
