import msgspec
import pytest
import torch

from mnist_studio.errors import DeviceMissing
from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.pytorch import devices
from tests.frameworks.examples import run


def test_a_gpu_comes_before_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H200")
    assert devices.devices()[0] == Device("cuda", "NVIDIA H200")


@pytest.mark.parametrize("device", ["mps", "auto"])
def test_apples_gpus_have_no_float64(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    wanted = msgspec.structs.replace(run(precision="float64"), device=device)
    (problem,) = devices.problems(wanted)
    assert "float64" in problem.text
    assert "float32" in problem.remedy
    assert not devices.problems(msgspec.structs.replace(run(precision="float32"), device=device))


def test_a_missing_device_is_refused() -> None:
    with pytest.raises(DeviceMissing, match="cpu"):
        devices.torch_device(Device("abacus", "Abacus"))
