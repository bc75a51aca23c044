"""What is kept: the database of runs and one folder a run."""
