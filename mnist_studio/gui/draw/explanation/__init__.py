"""Why the chosen model answers the drawing as it does."""
