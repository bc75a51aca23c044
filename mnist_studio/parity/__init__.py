"""The parity check: that all frameworks learn the same from the same start."""
