import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.runs import RunStore

ROOT = Path(__file__).parents[1]
IMPORT_ALL = """
import pkgutil, sys
from importlib import import_module
import mnist_studio.cli
for module in pkgutil.walk_packages(mnist_studio.cli.__path__, "mnist_studio.cli."):
    import_module(module.name)
"""
ROOTS = 'print(*sorted({name.split(".")[0] for name in sys.modules}))'
HEAVY = {"PySide6", "shiboken6", "pyqtgraph", "torch", "torchvision", "tensorflow", "keras"}


def _fresh(code: str, *words: str) -> set[str]:
    """The words on the last line that a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *words], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split())


def test_no_module_of_the_command_line_loads_qt_or_a_framework() -> None:
    loaded = _fresh(IMPORT_ALL + ROOTS)
    assert "mnist_studio" in loaded
    assert not loaded & (HEAVY | {"matplotlib", "scipy", "sklearn"})


RUN_MAIN = f"""
import sys
from mnist_studio.__main__ import main
try:
    main()
except SystemExit:
    {ROOTS}
"""
PARSE = f"""
import sys
from mnist_studio.cli import commands
commands.parse(sys.argv[1:])
{ROOTS}
"""


@pytest.mark.parametrize(
    ("code", "words"), [(RUN_MAIN, ["--help"]), (RUN_MAIN, ["--version"]), (PARSE, [])]
)
def test_what_the_window_starts_through_imports_nothing_heavy(code: str, words: list[str]) -> None:
    loaded = _fresh(code, *words)
    assert not loaded & (HEAVY | {"numpy", "msgspec", "rich", "PIL", "sqlite3"})


def test_the_help_of_a_command_loads_no_framework_and_no_window() -> None:
    assert not _fresh(RUN_MAIN, "train", "--help") & (HEAVY | {"matplotlib", "scipy", "sklearn"})


def test_importing_the_main_module_does_nothing_and_loads_nothing() -> None:
    loaded = _fresh(f"import sys, mnist_studio.__main__\n{ROOTS}")
    assert not loaded & (HEAVY | {"numpy"})


def test_a_command_ends_with_its_exit_code() -> None:
    for words, code in ((["recipes"], 0), (["train", "nothing-like-it"], 2), (["predict", "x"], 1)):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "mnist_studio", *words],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == code
        assert "Traceback" not in done.stderr


def test_a_character_that_a_pipe_cannot_encode_is_no_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mnist_studio", "recipes", "wide-cnn"], capture_output=True,
        check=False, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0
    assert b"?" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
def test_json_is_utf_8_whatever_the_encoding_of_the_stream(home: Path, encoding: str) -> None:
    with RunStore() as store:
        run = store.create(run_spec(RECIPES["tiny-10"]))
        store.rename(run.id, "Größe 家 “x”")
    done = subprocess.run(
        [sys.executable, "-m", "mnist_studio", "runs", "--json"], capture_output=True,
        check=False, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["title"] == "Größe 家 “x”"


def test_a_printed_file_is_utf_8_as_the_file_would_be(home: Path, tmp_path: Path) -> None:
    with RunStore() as store:
        run = store.create(replace(run_spec(RECIPES["tiny-10"]), recipe="Größe 家"))
    done = subprocess.run(
        [sys.executable, "-m", "mnist_studio", "runs", "settings", run.id], capture_output=True,
        check=True, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert 'recipe = "Größe 家"' in done.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="closes files between fork and exec")
def test_it_works_without_standard_streams(home: Path) -> None:
    def close() -> None:
        os.closerange(0, 3)

    words = ("train", "tiny-10", "--framework", "numpy", "--dataset", "builtin", "--epochs", "1")
    done = subprocess.run(
        [sys.executable, "-m", "mnist_studio", *words], preexec_fn=close, cwd=ROOT, check=False
    )
    assert done.returncode == 0
    assert len(list(home.glob("runs/*/weights.safetensors"))) == 1
