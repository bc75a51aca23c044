"""Why the selected model predicts what it predicts."""
