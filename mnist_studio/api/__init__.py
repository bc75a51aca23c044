"""The Python API for scripts and notebooks: what ``mnist_studio`` itself offers by name."""
