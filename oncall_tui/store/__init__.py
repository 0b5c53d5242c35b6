"""Journal and outbox: one contract, several backends."""
