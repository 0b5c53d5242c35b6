"""Use cases: the loops that read, decide and send. They depend on the domain and on ports only."""
