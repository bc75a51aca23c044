"""The one loop that drives any learner."""
