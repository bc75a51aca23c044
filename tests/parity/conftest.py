"""Runs trained for real, and no data folder that the environment names."""

from tests.trained_runs import no_data_folder, run, store, trained_home

__all__ = ["no_data_folder", "run", "store", "trained_home"]
