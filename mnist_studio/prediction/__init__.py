"""Predictions of trained models, in their own framework and in child processes."""
