"""Installations with a made ``venv`` and ``pip``: a script that plays both."""

import sys
import tomllib
from pathlib import Path
from threading import Event

import pytest
from filelock import FileLock

from mnist_studio import paths, settings
from mnist_studio.errors import CancelledByUser, JobError, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.workers import environments, external_entry, installation

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the script needs a shell")

VENV = """#!/bin/sh
# sh PLAYER -P -m venv FOLDER
mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && mv "$(dirname "$0")/pip" "$4/bin/pip"
sed -i 's/^mkdir.*/exec "$(dirname "$0")\\/pip" "$@"/' "$4/bin/python"
"""


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Pythons that are chosen, without a test of what is in them."""
    found: list[str] = []

    def choose(framework: str, python: str, is_cancelled: object) -> Interpreter:
        found.append(python)
        return Interpreter(python, "9.9")

    monkeypatch.setattr(environments, "choose", choose)
    return found


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip: str) -> None:
    for name, text in (("python", VENV), ("pip", f"#!/bin/sh\n{pip}\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(installation, "find_python", lambda: str(tmp_path / "python"))


def left() -> list[str]:
    return sorted(one.name for one in paths.environments().iterdir() if one.is_dir())


def test_a_framework_gets_an_environment_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str]
) -> None:
    said = tmp_path / "said"
    play(
        tmp_path,
        monkeypatch,
        f'echo "$@" > {said}; echo Collecting torch; echo Looking; echo "  Downloading torch"',
    )
    (paths.environments() / "pytorch-former").mkdir(parents=True)
    (paths.environments() / "keras-other").mkdir()
    steps: list[str] = []
    found = installation.install("pytorch", steps.append)
    assert steps == [
        "Creating an environment", "Collecting torch", "Downloading torch", "Testing PyTorch",
    ]  # fmt: skip
    assert [found.python] == chosen
    kept = left()
    assert "pytorch-former" not in kept
    assert [Path(found.python).parents[1].name, "keras-other"] == kept[::-1]
    assert "torch>=2.6 torchvision>=0.21" in said.read_text()
    assert external_entry.NEEDED["msgspec"] in said.read_text()


def test_no_file_of_the_working_folder_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str]
) -> None:
    """With the real Python and its ``venv``; its pip fails without a package to install."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("warnings", "struct", "logging", "venv", "pip", "runpy"):
        (folder / f"{name}.py").write_text("import os; os.abort()")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(JobError, match=r"No matching|Resolution"):
        installation.install("pytorch")
    assert (left(), chosen) == ([], [])


def test_a_failed_installation_says_why_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str]
) -> None:
    play(
        tmp_path,
        monkeypatch,
        'echo "ERROR: No matching distribution found for torch."; echo bye; exit 1',
    )
    with pytest.raises(JobError) as caught:
        installation.install("pytorch")
    assert caught.value.problem == (
        "PyTorch could not be installed: No matching distribution found for torch."
    )
    assert (left(), chosen) == ([], [])


def test_a_cancelled_installation_ends_at_once_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str]
) -> None:
    # The child of pip keeps the pipe open: it must end too.
    play(tmp_path, monkeypatch, "echo Collecting tensorflow; sleep 600 & sleep 600")
    cancelled = Event()

    def on_step(step: str) -> None:
        if step.startswith("Collecting"):
            cancelled.set()

    with pytest.raises(CancelledByUser):
        installation.install("keras", on_step, cancelled.is_set)
    assert (left(), chosen) == ([], [])


def test_only_one_installation_of_a_framework_runs() -> None:
    paths.environments().mkdir(parents=True)
    with (
        FileLock(paths.environments() / "keras.lock"),
        pytest.raises(JobError, match="Keras is being installed by another MNIST Studio"),
    ):
        installation.install("keras")
    with pytest.raises(UsageError, match="NumPy always runs"):
        installation.install("numpy")


def test_the_environment_in_use_is_not_deleted() -> None:
    used = paths.environments() / "pytorch-used"
    used.mkdir(parents=True)
    settings.save(Settings(interpreters={"pytorch": Interpreter(str(used / "bin/python"), "2.6")}))
    installation._remove_unused("pytorch", paths.environments())
    assert left() == ["pytorch-used"]


def test_the_packaged_program_finds_a_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installation.find_python() == sys.executable
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    (tmp_path / "python3").write_text("#!/bin/sh\necho 3 9\n")
    (tmp_path / "python3.12").write_text("#!/bin/sh\necho 3 12\n")
    for file in tmp_path.iterdir():
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installation.find_python() == str(tmp_path / "python3.12")
    (tmp_path / "python3.12").unlink()
    with pytest.raises(JobError, match=r"needs Python 3\.11 to 3\.14"):
        installation.find_python()


def test_the_requirements_are_those_of_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert list(registry.framework_entry("pytorch").requirements) == extras["pytorch"]
    assert list(registry.framework_entry("keras").requirements) == extras["tensorflow"]
