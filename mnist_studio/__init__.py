"""MNIST Studio: one network, described once, trained in three frameworks and compared fairly."""

__version__ = "0.1.0"
