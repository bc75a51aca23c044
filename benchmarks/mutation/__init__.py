"""Mutation testing: a test must notice each of many small wrong changes, the mutants."""
