"""The editor of a network and of its training, on the Train page."""
