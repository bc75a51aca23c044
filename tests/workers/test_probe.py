import pytest

from mnist_studio.errors import UnknownName
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Device
from mnist_studio.workers.probe import probe


def test_numpy_computes_on_the_cpu() -> None:
    report = probe("numpy")
    assert (report.name, report.title, report.problem) == ("numpy", "NumPy", "")
    assert report.version == registry.version("numpy")
    assert report.devices == (Device("cpu", "CPU"),)


def test_a_framework_that_is_not_installed_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "version", lambda name: None)
    report = probe("pytorch")
    assert (report.version, report.devices) == (None, ())
    assert report.problem == (
        "PyTorch is not installed. Install it with: mnist-studio environments pytorch --install"
    )


def test_an_unknown_framework_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean pytorch"):
        probe("pytorhc")
