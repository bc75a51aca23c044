"""What of TensorFlow and Keras the packaged program has: what an import of the two loads.

The hook that comes with PyInstaller collects every module of both, Keras' PyTorch backend too,
whose import after TensorFlow's crashes where PyTorch is built for CUDA. What is imported only
inside of a function PyInstaller finds by itself.
"""

from importlib import metadata

from packaging.requirements import Requirement
from PyInstaller import isolated
from PyInstaller.compat import is_linux
from PyInstaller.utils.hooks import collect_dynamic_libs


def _loaded() -> list[str]:
    """The modules in memory once networks can be trained; for a process of its own."""
    import os
    import sys

    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import tensorflow as tf

    # Both are lazy: these are what the studio and its scripts as written touch first.
    _ = (tf.data, tf.function, tf.math, tf.nn, tf.raw_ops, tf.config, keras.layers, keras.saving)
    roots = ("tensorflow", "keras", "ml_dtypes", "google", "flatbuffers", "gast", "astunparse")
    return sorted(name for name in sys.modules if name.partition(".")[0] in roots)


def _cuda() -> list[str]:
    """The packages with CUDA's libraries that this TensorFlow was installed with, if any."""
    from _pyinstaller_hooks_contrib.utils import nvidia_cuda

    for name in ("tensorflow", "tensorflow-cpu"):
        try:
            required = map(Requirement, metadata.distribution(name).requires or ())
        except metadata.PackageNotFoundError:
            continue
        wanted = [
            one.name
            for one in required
            if not one.marker or one.marker.evaluate({"extra": "and-cuda"})
        ]
        return list(nvidia_cuda.infer_hiddenimports_from_requirements(wanted))
    return []


# Extensions that TensorFlow loads by their paths; they are called so on every system.
binaries = collect_dynamic_libs("tensorflow", search_patterns=["*_op.so"])
hiddenimports = isolated.call(_loaded) + (_cuda() if is_linux else [])
excludedimports = ["keras.src.backend.torch", "keras.src.backend.jax", "keras.src.backend.openvino"]
warn_on_missing_hiddenimports = False
# Functions that become graphs are read as source.
module_collection_mode = {"tensorflow.python.autograph": "py+pyz"}
# They look for each other beside themselves.
bindepend_symlink_suppression = ["**/libtensorflow_*.so*", "**/_pywrap_tensorflow_internal.so"]
