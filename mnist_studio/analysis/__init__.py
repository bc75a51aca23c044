"""What runs say: arrays and events in, dataclasses out. NumPy only, no drawing."""
