"""The small experiment, and what is gathered of it."""

from tests.error_sentences import errors_are_sentences
from tests.small_experiment import experiment_home, run_data

__all__ = ["errors_are_sentences", "experiment_home", "run_data"]
