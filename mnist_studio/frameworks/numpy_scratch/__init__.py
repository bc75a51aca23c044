"""Neural networks in plain NumPy, written to be read like a textbook.

Start with ``layers``: what a layer computes and how gradients flow back through it. Continue with
``convolution``, ``pooling``, ``batch_norm``, ``loss``, ``optimizers`` and ``network``, and end with
``learner``, which trains.
"""

from mnist_studio.frameworks.numpy_scratch.framework import NumpyFramework

FRAMEWORK = NumpyFramework()
