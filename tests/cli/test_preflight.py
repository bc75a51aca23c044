import sys
from pathlib import Path

import pytest

from mnist_studio.cli import preflight
from mnist_studio.errors import FrameworkBroken
from mnist_studio.frameworks import registry
from tests.cli.conftest import TRAIN, studio


@pytest.mark.parametrize("command", [("doctor",), ("doctor", "--json"), ("runs",), ("train", "x")])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ImportError('numpy.core.multiarray failed to import')", "another version of NumPy"),
        ("raise AttributeError('half of it')", "AttributeError: half of it"),
    ],
)
def test_a_broken_numpy_is_one_sentence(
    tmp_path: Path, command: tuple[str, ...], code: str, said: str
) -> None:
    (tmp_path / "numpy.py").write_text(code)
    found = studio(*command, path=tmp_path)
    assert (found.code, found.output) == (1, "")
    assert found.errors.startswith("mnist-studio: numpy is installed but broken. ")
    assert said in found.errors
    assert len(found.errors.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no signals")
@pytest.mark.parametrize("name", ["SIGILL", "SIGSEGV", "SIGABRT"])
def test_doctor_survives_a_numpy_that_ends_its_process(tmp_path: Path, name: str) -> None:
    (tmp_path / "numpy.py").write_text(f"import os, signal\nos.kill(os.getpid(), signal.{name})")
    found = studio("doctor", path=tmp_path)
    assert found.code == 1
    assert (
        "numpy is installed but broken. Importing it ends the process with signal" in found.errors
    )
    assert name in found.errors


def test_what_every_command_needs_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    preflight.check()
    monkeypatch.setitem(preflight.PACKAGES, "no_such_module", "no-such-package")
    with pytest.raises(FrameworkBroken, match="no_such_module"):
        preflight.check.__wrapped__()


@pytest.mark.needs("pytorch")
def test_doctor_reports_a_broken_framework_and_checks_the_rest(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise TypeError('Descriptors cannot be created directly')")
    found = studio("doctor", "--json", path=tmp_path)
    lines = {line["check"]: line for line in found.json}
    assert found.code == 1
    assert not lines["PyTorch"]["passed"]
    assert "PyTorch is installed but broken. Importing it fails" in lines["PyTorch"]["detail"]
    assert "protobuf" in lines["PyTorch"]["detail"]
    assert lines["NumPy"]["passed"]
    assert lines["runs"]["passed"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no signals")
@pytest.mark.skipif(registry.version("pytorch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise AttributeError('_ARRAY_API not found')", "another version of NumPy"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGILL)", "SIGILL"),
    ],
)
def test_predict_says_that_the_framework_of_a_model_is_broken(
    tmp_path: Path, code: str, said: str
) -> None:
    assert studio(*TRAIN, "--framework", "pytorch").code == 0
    (tmp_path / "torch.py").write_text(code)
    found = studio("predict", "--index", 0, path=tmp_path)
    assert found.code == 1
    assert "PyTorch is installed but broken. " in found.errors
    assert said in found.errors
