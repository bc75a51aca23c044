"""HOW one framework learns a spec."""
