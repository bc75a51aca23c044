"""Sets of runs and of learners: what is learnt by setting one beside the other."""
