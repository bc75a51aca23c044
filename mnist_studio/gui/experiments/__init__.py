"""The Experiments page: sets of runs, their queue and their progress."""
