"""The Python API as users have it: a script, a REPL, and the notebook of the tutorial."""

import json
import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import mnist_studio as studio

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-W", "error"]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"}

SCRIPT = """
import sys
import mnist_studio as studio
assert not {"numpy", "msgspec", "typing"} & {*sys.modules} - before, "the import is not light"
training = studio.train("tiny-10", "numpy", dataset="builtin", epochs=1, threads=1)
events = [type(event).__name__ for event in training]
print(events[0], events[-1])
print(training.run.predict(studio.dataset("builtin").test.images[:3]).names)
heavy = {"PySide6", "torch", "tensorflow", "keras", "matplotlib", "rich", "mnist_studio.cli"}
print("loaded:", heavy & {*sys.modules})
"""
BEFORE = "import sys; before = {*sys.modules}\n"

ENDLESS = """
import mnist_studio as studio
training = studio.train("mlp-128", "numpy", dataset="builtin", epochs=9999, threads=1)
for event in training:
    if type(event).__name__ == "Progress":
        print("trains", flush=True)
"""

EXECUTE = """
import json, sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=250).execute()
print("notebook:" + json.dumps([cell.get("outputs", []) for cell in notebook.cells]))
"""


@pytest.mark.parametrize("place", ["script", "input"])
def test_a_plain_script_and_a_repl_train(place: str, tmp_path: Path) -> None:
    """Neither has a guard for its main module, which child processes must not run again."""
    script = tmp_path / "script.py"
    script.write_text(BEFORE + SCRIPT)
    words = [str(script)] if place == "script" else []
    done = subprocess.run(
        [*PYTHON, *words], input=script.read_text(), env={**os.environ, **ENVIRONMENT},
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    first, names, loaded = done.stdout.splitlines()
    assert first == "Started Finished"
    assert len(re.findall(r"'\d'", names)) == 3
    assert loaded == "loaded: set()"
    assert len(studio.runs()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_stops_and_keeps_the_weights(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*PYTHON, "-c", ENDLESS], env={**os.environ, **ENVIRONMENT}, cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "trains\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    (run,) = studio.runs()
    assert (run.state, run.trained) == ("Stopped", True)
    assert "KeyboardInterrupt" in errors
    assert f"its weights are saved in the run {run.id}" in errors or "for event in" in errors
    assert process.returncode in (-signal.SIGINT, 130)


@pytest.mark.skipif(find_spec("torch") is None, reason="the tutorial trains in PyTorch")
def test_the_notebook_of_the_tutorial_runs(tmp_path: Path) -> None:
    """In a process of its own: warnings of Jupyter are no errors of ours."""
    notebook = ROOT / "docs" / "tutorial.ipynb"
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(notebook)], env={**os.environ, **ENVIRONMENT},
        cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = json.loads(done.stdout.partition("notebook:")[2])
    shown = [one["data"]["text/html"] for cell in outputs for one in cell if "data" in one
             and "text/html" in one["data"]]  # fmt: skip
    assert len(shown) == 7
    assert all('class="mnist-studio"' in "".join(html) for html in shown)
    assert {run.framework for run in studio.runs()} == {"numpy", "pytorch"}


def test_the_notebook_is_stored_without_outputs() -> None:
    """Else every run of it would change the file."""
    cells = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text("utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_the_examples_of_the_documentation_run(tmp_path: Path) -> None:
    """Every block in order, as standard input: there, as in a REPL, the main module has no file.

    They need no framework but NumPy.
    """
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 5
    done = subprocess.run(
        [*PYTHON, "-"], input="\n".join(blocks), env={**os.environ, **ENVIRONMENT},
        cwd=tmp_path, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "report.html").exists()


def test_every_name_can_be_imported_and_no_other() -> None:
    for name in studio.__all__:
        assert getattr(studio, name) is getattr(studio, name)
        assert callable(getattr(studio, name))
        assert name in dir(studio)
    with pytest.raises(AttributeError, match="no attribute 'retrain'"):
        studio.retrain  # type: ignore[attr-defined]  # noqa: B018
