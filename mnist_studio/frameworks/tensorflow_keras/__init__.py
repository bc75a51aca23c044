"""TensorFlow and Keras behind the seam. Importing this package imports both."""

from mnist_studio.frameworks.tensorflow_keras.framework import KerasFramework

FRAMEWORK = KerasFramework()
