"""The HTTP face of the daemon: health, metrics and the event stream."""
