"""The devices that TensorFlow can use on this computer, and how it uses them."""

import os
from collections.abc import Sequence

import tensorflow as tf

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device, Problem
from mnist_studio.spec.run import RunSpec

if "TF_NUM_INTRAOP_THREADS" in os.environ:
    # TensorFlow reads this variable, but still runs several operations concurrently: with one
    # thread, compact-cnn used 1.3 cores. With this setting it uses 1.0, and two threads lose
    # nothing.
    tf.config.threading.set_inter_op_parallelism_threads(1)
_GPUS = tuple(tf.config.list_physical_devices("GPU"))
for _gpu in _GPUS:
    # Otherwise TensorFlow reserves all of a GPU's memory. Must be set before its first tensor.
    tf.config.experimental.set_memory_growth(_gpu, True)
# By default a GPU rounds float32 factors to 10 bits (TF32). Here float32 means float32.
tf.config.experimental.enable_tensor_float_32_execution(False)


def devices() -> Sequence[Device]:
    """Every available kind of device, the fastest first."""
    cpu = Device("cpu", "CPU")
    if not _GPUS:
        return (cpu,)
    details = tf.config.experimental.get_device_details(_GPUS[0])
    return (Device("cuda", details.get("device_name", "GPU")), cpu)


def problems(run: RunSpec) -> Sequence[Problem]:
    """A device that is not available."""
    kinds = [device.kind for device in devices()]
    if run.device in ("auto", *kinds):
        return ()
    return (Problem(_missing(run.device), _remedy(kinds)),)


def place(device: Device) -> str:
    """TensorFlow's name of a device.

    Raises:
        DeviceMissing: it is not available.
    """
    kinds = [known.kind for known in devices()]
    if device.kind not in kinds:
        raise DeviceMissing(_missing(device.kind), _remedy(kinds))
    return "/GPU:0" if device.kind == "cuda" else "/CPU:0"


def _missing(kind: str) -> str:
    return f"TensorFlow found no {kind} device on this computer."


def _remedy(kinds: Sequence[str]) -> str:
    return f"Set the device to auto or {' or '.join(kinds)}."
