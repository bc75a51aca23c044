"""Child processes and the one typed channel to them."""
