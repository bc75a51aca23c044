"""The small experiment, and what is gathered of it."""

from tests.small_experiment import experiment_home, run_data

__all__ = ["experiment_home", "run_data"]
