"""Sets of runs: their cells, the runner that trains them, and where they run."""
