"""The larger parts of the pages, each about one thing."""
