"""Mutation testing: small faults are put into the code, and a test must notice each of them."""
