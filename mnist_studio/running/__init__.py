"""Training jobs: one child process a run, its events, its record in the store."""
