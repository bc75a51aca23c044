"""The Runs page: everything that was ever trained."""
