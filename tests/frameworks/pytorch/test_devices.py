import ctypes
import os
import sys
from collections.abc import Iterator

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


@pytest.mark.parametrize("able", [False, True])
def test_an_old_gpu_has_no_bfloat16(monkeypatch: pytest.MonkeyPatch, able: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Old")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: able)
    wanted = msgspec.structs.replace(run(precision="bfloat16"), device="cuda")
    found = devices.problems(wanted)
    assert not found if able else "bfloat16" in found[0].text
    assert not devices.problems(msgspec.structs.replace(wanted, device="cpu"))


@pytest.mark.parametrize("able", [False, True])
def test_an_old_macos_has_no_bfloat16(monkeypatch: pytest.MonkeyPatch, able: bool) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda major, minor: able)
    wanted = msgspec.structs.replace(run(precision="bfloat16"), device="mps")
    found = devices.problems(wanted)
    assert not found if able else "bfloat16" in found[0].text


CUDNN, PRODUCTS = torch.backends.cudnn, torch.backends.cuda.matmul
STATED: tuple[tuple[object, str, bool], ...] = (
    (CUDNN, "allow_tf32", False),
    (CUDNN, "deterministic", True),
    (CUDNN, "benchmark", False),
    (PRODUCTS, "allow_tf32", False),
    (PRODUCTS, "allow_bf16_reduced_precision_reduction", False),
)


@pytest.fixture
def otherwise() -> Iterator[None]:
    """What is stated for CUDA set to its opposite; afterwards as it was."""
    before = [getattr(place, name) for place, name, _ in STATED]
    for place, name, stated in STATED:
        setattr(place, name, not stated)
    yield
    for (place, name, _), value in zip(STATED, before, strict=True):
        setattr(place, name, value)


@pytest.mark.usefixtures("otherwise")
def test_cuda_is_deterministic_and_rounds_as_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # PyTorch keeps these without a GPU too; what they do on one no test here can show.
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "GPU")
    assert devices.torch_device(Device("cuda", "GPU")) == torch.device("cuda")
    for place, name, stated in STATED:
        assert getattr(place, name) is stated, name
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"


def test_a_missing_device_is_refused() -> None:
    with pytest.raises(DeviceMissing, match="cpu"):
        devices.torch_device(Device("abacus", "Abacus"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc returns so much")
def test_a_freed_block_is_reused_without_new_pages() -> None:
    import resource

    def use() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        blocks = [torch.ones(2 * 2**20) for _ in range(8)]
        del blocks
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    devices.keep_freed_memory()
    use()
    # 64 MiB are 16,384 pages.
    assert min(use() for _ in range(3)) < 100


def test_memory_settings_of_other_systems_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    loaded: list[object] = []
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    devices.keep_freed_memory()
    assert loaded == []
