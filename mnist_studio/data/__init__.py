"""The digits: sources, files, splits, seeded order, and drawings as digit images."""
