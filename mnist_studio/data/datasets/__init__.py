"""Data sets of labeled images: where they come from, how they are read and verified."""
