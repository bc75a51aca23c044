"""TensorFlow and Keras behind the seam. Importing this package imports both."""

from mnist_studio.frameworks.tensorflow_keras import flags as _flags  # noqa: F401  Before both.
from mnist_studio.frameworks.tensorflow_keras.framework import KerasFramework

FRAMEWORK = KerasFramework()
