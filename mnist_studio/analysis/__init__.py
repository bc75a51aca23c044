"""What runs say: arrays in, dataclasses out. No drawing."""
