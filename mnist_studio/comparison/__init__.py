"""Trained runs compared: views as values, computed in a child process."""
