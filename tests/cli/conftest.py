"""The command line as users have it: a process, its output and its exit code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mnist_studio import paths
from tests.small_experiment import experiment_home, run_data

__all__ = ["experiment_home", "run_data"]

ROOT = Path(__file__).parents[2]
# Of Keras, where it reads a TensorFlow variable: see tests/frameworks/tensorflow_keras/conftest.py.
KERAS_WARNING = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
COMMAND = (sys.executable, "-W", "error", "-W", KERAS_WARNING, "-m", "mnist_studio")


@dataclass(frozen=True)
class Said:
    """What a command wrote, and how it ended."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.splitlines()]


def studio(
    *words: object, cwd: Path | None = None, path: Path = ROOT, timeout: float = 120
) -> Said:
    """Runs ``mnist-studio`` with these arguments; no error is ever a traceback.

    ``path`` is where it looks for modules before it looks where they are installed.
    """
    more = filter(None, [os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, timeout=timeout, cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (path, ROOT, *more)))},
        check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


TRAIN = (
    "train", "mlp-128", "--framework", "numpy", "--dataset", "builtin", "--epochs", 1,
    "--threads", 1,
)  # fmt: skip
DIGITS = "Dataset: the 1,797 built-in images from UCI instead of MNIST, as requested.\n"


@pytest.fixture(autouse=True)
def _no_named_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of digits that happens to be named where the tests run."""
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)


@pytest.fixture(scope="session")
def cli_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one finished run of NumPy; to be copied, not changed."""
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(home))
        assert studio(*TRAIN).code == 0
    return home


@pytest.fixture
def run(cli_home: Path, home: Path) -> str:
    """The id of a finished run in this test's home."""
    shutil.copytree(cli_home, home, dirs_exist_ok=True)
    (only,) = (home / "runs").iterdir()
    return only.name


def main(words: Sequence[object], capsys: pytest.CaptureFixture[str]) -> Said:
    """The same in this process, for commands that start no other."""
    from mnist_studio.cli import commands

    try:
        code = commands.run(commands.parse([str(word) for word in words]))
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return Said(code, said.out, said.err)


Main = Callable[..., Said]


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Main:
    return lambda *words: main(words, capsys)
