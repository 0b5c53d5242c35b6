"""Places a person can be in."""
