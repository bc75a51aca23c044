"""Neural networks in plain NumPy, to be read as a textbook.

Start with ``layers`` (what a layer computes and how gradients flow back through it), then
``convolution``, ``pooling``, ``batch_norm``, ``loss``, ``optimizers``, ``network``, and
``learner``, where they train.
"""

from mnist_studio.frameworks.numpy_scratch.framework import NumpyFramework

FRAMEWORK = NumpyFramework()
