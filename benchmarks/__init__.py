"""Figures of the studio on this machine; see ``python -m benchmarks --help``."""
