import pytest
import tensorflow as tf

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.tensorflow_keras import devices


def test_a_gpu_comes_before_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_GPUS", ("a GPU",))
    details = {"device_name": "NVIDIA H200"}
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _: details)
    assert [device.name for device in devices.devices()] == ["NVIDIA H200", "CPU"]
    assert devices.place(Device("cuda", "NVIDIA H200")) == "/GPU:0"


def test_a_missing_device_is_refused() -> None:
    with pytest.raises(DeviceMissing, match="cpu"):
        devices.place(Device("mps", "Apple GPU"))
