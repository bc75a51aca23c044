"""No file of the working folder runs as code, whatever its name is."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mnist_studio import paths

ROOT = Path(__file__).parents[1]

OTHERS = (
    "numpy", "torch", "torchvision", "tensorflow", "keras", "msgspec", "filelock", "platformdirs",
    "psutil", "safetensors", "PIL", "rich", "tomli_w", "jinja2", "PySide6",
)  # fmt: skip
"""Modules that are no part of Python's library."""

TRAP = """
import pathlib
with (pathlib.Path(__file__).parent / "sprung.txt").open("a") as file:
    file.write(__name__ + chr(10))
raise RuntimeError("the working folder was imported")
"""

SCRIPT = """
import sys
from mnist_studio.__main__ import main
sys.exit(main())
"""
"""The command ``mnist-studio``, as pip writes it."""

TRAIN = ("train", "tiny-10", "--dataset", "builtin", "--epochs", "1", "--threads", "1", "--json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with a trap for every module, and one for the program itself."""
    folder = tmp_path / "work"
    (folder / "mnist_studio").mkdir(parents=True)
    for name in ("__init__", "__main__"):
        (folder / "mnist_studio" / f"{name}.py").write_text(TRAP)
    _lay(folder, (*sys.stdlib_module_names, *OTHERS))
    return folder


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The command ``mnist-studio`` in a folder that has traps too."""
    folder = tmp_path / "bin"
    folder.mkdir()
    _lay(folder, OTHERS)
    script = folder / "mnist-studio"
    script.write_text(SCRIPT)
    return [sys.executable, str(script)]


def _lay(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        (folder / f"{name}.py").write_text(TRAP)


def _run(command: Sequence[str], cwd: Path, path: Path | None = ROOT) -> str:
    """Its output, if it succeeded and sprang no trap."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    sprung = [file.read_text() for file in cwd.rglob("sprung.txt")]
    assert not sprung
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("framework", ["numpy", "pytorch", "keras"])
def test_no_trap_springs_in_a_training(folder: Path, command: list[str], framework: str) -> None:
    output = _run([*command, *TRAIN, "--framework", framework], folder)
    assert '"type":"finished"' in output.splitlines()[-1]


def test_no_trap_springs_where_the_program_starts_itself(folder: Path) -> None:
    assert "mlp-128" in _run([*paths.program(), "recipes"], folder)
    assert '"type":"finished"' in _run([*paths.program(), *TRAIN, "--framework", "numpy"], folder)


def test_no_trap_springs_in_the_window(
    folder: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert '"usable"' in _run([*command, "--until-usable"], folder)


def test_a_module_that_is_run_leaves_the_working_folder_first(tmp_path: Path) -> None:
    """Python itself imports some modules before it runs the first line of the program."""
    code = "import runpy, sys; print(*sys.modules)"
    before = set(_run([sys.executable, "-c", code], ROOT).split())
    _lay(tmp_path, sorted({*sys.stdlib_module_names, *OTHERS} - before - {"pkgutil"}))
    words = [sys.executable, "-m", "mnist_studio", *TRAIN, "--framework", "numpy"]
    assert '"type":"finished"' in _run(words, tmp_path)


def test_a_checkout_runs_itself_and_not_an_installed_version(tmp_path: Path) -> None:
    other = tmp_path / "mnist_studio"
    other.mkdir()
    (other / "__init__.py").write_text(TRAP)
    words = ["-m", "mnist_studio", *TRAIN, "--framework", "numpy"]
    assert '"type":"finished"' in _run([sys.executable, *words], ROOT, tmp_path)
    by_path = [sys.executable, "-P", str(ROOT / "mnist_studio" / "__main__.py"), *words[2:]]
    assert '"type":"finished"' in _run(by_path, tmp_path.parent, tmp_path)
