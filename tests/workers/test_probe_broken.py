"""Frameworks that are installed but cannot be imported, made in folders on a child's path."""

import sys
from pathlib import Path

import pytest

from mnist_studio.errors import JobError
from mnist_studio.workers.probe import FIND_DEVICES, probe
from mnist_studio.workers.worker import PersistentWorker, WorkerDied, final_result, request_once
from tests.workers import example_tasks as tasks

signals = pytest.mark.skipif(sys.platform == "win32", reason="has no signals")

RAISING = (
    ("ImportError", "numpy.core.multiarray failed to import", "another version of NumPy"),
    ("AttributeError", "_ARRAY_API not found", "another version of NumPy"),
    ("TypeError", "Descriptors cannot be created directly.", "protobuf"),
    (
        "ImportError",
        "libcudnn.so.9: cannot open shared object file",
        "library named in the message",
    ),
    ("OSError", "[WinError 126] Error loading c10.dll", "Visual C++"),
    ("SystemExit", "no license", "Reinstall it"),
)
DYING = (
    ("SIGILL", "", "older processors"),
    ("SIGSEGV", "", "Reinstall it"),
    ("SIGABRT", "OMP: Error #15: Initializing libiomp5.so", "Two copies of OpenMP"),
)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose packages a child finds first."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def _write(folder: Path, package: str, code: str) -> None:
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text(code)


@pytest.mark.parametrize(("package", "name"), [("torch", "pytorch"), ("tensorflow", "keras")])
@pytest.mark.parametrize(("kind", "said", "remedy"), RAISING)
def test_an_import_that_raises_is_reported(
    broken: Path, package: str, name: str, kind: str, said: str, remedy: str
) -> None:
    _write(broken, package, f"raise {kind}({said!r})")
    report = probe(name)
    assert report.version is not None
    assert report.devices == ()
    assert report.problem.startswith(f"{report.title} is installed but broken. ")
    assert f"{kind}: {said.rstrip('.')}" in report.problem
    assert remedy in report.problem


@pytest.mark.needs("pytorch")
@signals
@pytest.mark.parametrize(("name", "said", "remedy"), DYING)
def test_an_import_that_ends_its_process_is_reported(
    broken: Path, name: str, said: str, remedy: str
) -> None:
    _write(
        broken, "torch",
        f"import os, signal, sys\nsys.stderr.write({said!r} + chr(10))\n"
        f"os.kill(os.getpid(), signal.{name})",
    )  # fmt: skip
    report = probe("pytorch")
    assert report.problem.startswith(
        "PyTorch is installed but broken. Importing it ends the process"
    )
    assert name in report.problem
    assert said in report.problem
    assert remedy in report.problem


@pytest.mark.needs("pytorch")
@signals
def test_a_persistent_worker_reports_it_too(broken: Path) -> None:
    _write(broken, "torch", "import os, signal\nos.kill(os.getpid(), signal.SIGILL)")
    with (
        PersistentWorker(FIND_DEVICES, "pytorch") as worker,
        pytest.raises(JobError, match="PyTorch is installed but broken"),
    ):
        final_result(worker.request("pytorch"))


@pytest.mark.needs("pytorch")
def test_half_a_package_is_reported(broken: Path) -> None:
    (broken / "torch").mkdir()
    (broken / "torch" / "__init__.py").touch()
    assert "PyTorch is installed but broken" in probe("pytorch").problem


def test_a_process_that_dies_for_another_reason_keeps_its_error() -> None:
    with pytest.raises(WorkerDied):
        request_once(tasks.FAIL, "exit", "numpy", 30.0)
