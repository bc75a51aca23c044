"""PyTorch as a framework. Importing this package imports torch."""

from mnist_studio.frameworks.pytorch.framework import PytorchFramework

FRAMEWORK = PytorchFramework()
