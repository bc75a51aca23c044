"""WHAT is trained: frozen values, shape inference, parameter counts, JSON, recipes."""
