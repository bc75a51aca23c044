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

# A notebook interrupts the kernel together with its child processes.
INTERRUPT = """
import json, psutil, time
from queue import Empty
from jupyter_client import KernelManager
manager = KernelManager()
manager.start_kernel()
client = manager.client()
client.start_channels()
client.wait_for_ready(timeout=60)

def run(code, interrupt=False):
    request, printed, error = client.execute(code), "", ""
    while True:
        try:
            message = client.get_iopub_msg(timeout=60)
        except Empty:
            raise SystemExit(f"nothing comes after {printed!r}")
        content = message["content"]
        if message["parent_header"].get("msg_id") != request:
            continue
        printed += content.get("text", "")
        error += content.get("ename", "")
        if interrupt and "trains" in printed:
            manager.interrupt_kernel()
            interrupt = False
        if content.get("execution_state") == "idle":
            return printed, error

def children():
    found = psutil.Process(manager.provisioner.pid).children(recursive=True)
    return [one.pid for one in found if "resource_tracker" not in " ".join(one.cmdline())]

run("import mnist_studio as studio")
train = "training = studio.train('mlp-128', 'numpy', dataset='builtin', epochs=9999, threads=1)"
loop = "for event in training:\\n    if 'Progress' in str(type(event)): print('trains')"
found = []
for cell in (f"{train}\\n{loop}", f"{train}\\n{loop}; __import__('time').sleep(9)",
             f"{train}\\ntraining.result(lambda line: print('trains'))"):
    error = run(cell, True)[1]
    state = run("print(training.running, training.run.state, training.run.trained)")[0]
    found.append([error, *state.split(), children()])
after = run("print(studio.train('tiny-10', 'numpy', dataset='builtin', epochs=1).result().state)")
manager.shutdown_kernel(now=True)
client.stop_channels()
print("found:" + json.dumps([*found, after[0].strip()]))
"""

PARITY = """
import sys
import mnist_studio as studio
lines = []
found = studio.parity("tiny-10", dataset="builtin", show=lines.append)
assert found.passed, found.sentences
assert len(lines) == len(found.checks)
assert {check.framework for check in found.checks} == {"pytorch", "keras"}
assert {check.precision for check in found.checks} == {"float32", "float64"}
assert all(check.value <= check.tolerance for check in found.checks if check.result == "passed")
assert "class=\\"mnist-studio\\"" in found._repr_html_()
assert not {"torch", "tensorflow", "keras", "PySide6"} & {*sys.modules}
print(len(found.checks), found)
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a group")
@pytest.mark.skipif(find_spec("ipykernel") is None, reason="the extra “tools” has it")
def test_an_interrupted_kernel_stops_the_training_and_leaves_no_child(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT], env={**os.environ, **ENVIRONMENT},
        cwd=tmp_path, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    *stopped, after = json.loads(done.stdout.partition("found:")[2])
    kept = ["KeyboardInterrupt", "False", "Stopped", "True", []]
    assert stopped == [kept, kept, kept]
    assert after == "Finished"


@pytest.mark.needs("pytorch")
@pytest.mark.needs("keras")
def test_a_script_checks_parity_in_all_frameworks(tmp_path: Path) -> None:
    done = subprocess.run(
        [*PYTHON, "-c", PARITY], env={**os.environ, **ENVIRONMENT},
        cwd=tmp_path, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.match(r"[1-9]\d+ <Parity of tiny-10: ", done.stdout), done.stdout


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
