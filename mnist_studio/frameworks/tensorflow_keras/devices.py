"""What TensorFlow can compute on here."""

import os
from collections.abc import Sequence

import tensorflow as tf

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device, Problem
from mnist_studio.spec.run import RunSpec

if "TF_NUM_INTRAOP_THREADS" in os.environ:
    # TensorFlow reads it itself, but computes several operations at once beside it: asked for one
    # thread it kept 1.3 cores busy in compact-cnn, so 1.0; with two nothing is lost.
    tf.config.threading.set_inter_op_parallelism_threads(1)
_GPUS = tuple(tf.config.list_physical_devices("GPU"))
for _gpu in _GPUS:
    # Else TensorFlow takes all of a GPU's memory at once. Only possible before its first tensor.
    tf.config.experimental.set_memory_growth(_gpu, True)
# By default float32 factors are rounded to 10 bits on a GPU (TF32); float32 shall mean float32.
tf.config.experimental.enable_tensor_float_32_execution(False)


def devices() -> Sequence[Device]:
    """Every kind of device there is, the fastest first."""
    cpu = Device("cpu", "CPU")
    if not _GPUS:
        return (cpu,)
    details = tf.config.experimental.get_device_details(_GPUS[0])
    return (Device("cuda", details.get("device_name", "GPU")), cpu)


def problems(run: RunSpec) -> Sequence[Problem]:
    """A device that is not there."""
    kinds = [device.kind for device in devices()]
    if run.device in ("auto", *kinds):
        return ()
    return (Problem(_missing(run.device), _remedy(kinds)),)


def place(device: Device) -> str:
    """TensorFlow's own word for a device.

    Raises:
        DeviceMissing: it is not there.
    """
    kinds = [known.kind for known in devices()]
    if device.kind not in kinds:
        raise DeviceMissing(_missing(device.kind), _remedy(kinds))
    return "/GPU:0" if device.kind == "cuda" else "/CPU:0"


def _missing(kind: str) -> str:
    return f"TensorFlow finds no {kind} device on this computer."


def _remedy(kinds: Sequence[str]) -> str:
    return f"Choose the device auto or {' or '.join(kinds)}."
