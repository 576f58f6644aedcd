"""The copper between an exchange and a telephone: battery, loop current, ringing voltage, loss."""
