"""A run as the script that a framework's own documentation would have one write."""
