"""What the pages show, as values; the few that Qt needs to be objects are Qt models."""
