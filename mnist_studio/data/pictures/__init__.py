"""Picture files and photos as images that a network can read."""
