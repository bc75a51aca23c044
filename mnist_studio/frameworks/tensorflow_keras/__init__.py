"""Keras with TensorFlow as a framework. Importing this package imports both."""

import os
import platform
import sys

if platform.machine() in ("x86_64", "AMD64"):
    # TensorFlow reads it when it is imported. By default it uses oneDNN only on CPUs with AVX-512.
    # On 2 cores without AVX-512 and with batch size 64, oneDNN reduces a step of wide-cnn from 90
    # to 54 ms and one of compact-cnn from 41 to 26 ms. Evaluating 10,000 images takes 0.7 of the
    # time. A value that is already set stays.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

if "sklearn" not in sys.modules:
    # Keras' wrappers import scikit-learn where it is installed, which takes a second. Nothing here
    # uses them, so it is hidden from this import only.
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        import keras as _keras  # noqa: F401
    finally:
        del sys.modules["sklearn"]

from mnist_studio.frameworks.tensorflow_keras.framework import KerasFramework

FRAMEWORK = KerasFramework()
