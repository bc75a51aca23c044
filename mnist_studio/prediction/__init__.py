"""Trained models that answer: in their own framework, in child processes."""
