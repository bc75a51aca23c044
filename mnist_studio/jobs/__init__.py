"""Processes: children that train, predict and fetch, and those who look after them. No Qt."""
