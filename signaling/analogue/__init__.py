"""Two-wire lines: FXS (we feed a telephone), FXO (we are a subscriber of an exchange). GB 3378-82, GB 3380-82."""
