"""The shared training loop, which trains a learner of any framework."""
