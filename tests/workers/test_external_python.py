"""The Python of these tests plays another one: it runs the studio by the script of its entry."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths, settings
from mnist_studio.errors import JobError
from mnist_studio.events import Finished
from mnist_studio.frameworks import registry
from mnist_studio.running.job import TrainingJob
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.spec import recipes
from mnist_studio.workers import external_python
from mnist_studio.workers.probe import FIND_DEVICES, FrameworkDevices, probe
from mnist_studio.workers.worker import Worker, final_result
from tests.trained_runs import alive

ROOT = Path(__file__).parents[2]


@contextmanager
def external(python: str = sys.executable) -> "Iterator[Worker[str, None, FrameworkDevices]]":
    with Worker(FIND_DEVICES, {"OMP_NUM_THREADS": "1"}, python) as worker:
        yield worker


def choose_numpy() -> None:
    """As ``environments.choose`` saves it; for NumPy, which is at hand everywhere."""
    chosen = Interpreter(sys.executable, "1.2.3")
    settings.save(Settings(interpreters={"numpy": chosen}))


def script(folder: Path, *lines: str) -> str:
    """A program in the place of a Python."""
    file = folder / "python"
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(0o755)
    return str(file)


def test_another_python_answers_and_ends_with_its_pipe() -> None:
    with external() as worker:
        for _ in range(2):
            found = final_result(worker.request("numpy", 60.0))
            assert found.version == registry.installed("numpy")
        pid = worker.pid
        assert worker.end(10.0) == "ended"
        assert worker.exit_code == 0
    assert pid is not None
    assert not alive(pid)


def test_no_file_of_the_working_folder_runs_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*sys.stdlib_module_names, "numpy", "msgspec", "mnist_studio"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('a file of the working folder')")
    monkeypatch.chdir(tmp_path)
    with external() as worker:
        assert final_result(worker.request("numpy", 60.0)).devices


def test_its_errors_are_reported() -> None:
    with external() as worker, pytest.raises(JobError, match="Did you mean numpy"):
        final_result(worker.request("numpi", 60.0))


def test_a_run_is_trained_by_the_python_of_its_framework() -> None:
    choose_numpy()
    recipe = recipes.run_spec(recipes.recipe("tiny-10"))
    training = replace(recipe.training, epochs=1)
    job = TrainingJob(replace(recipe, framework="numpy", dataset="builtin", training=training))
    *_, last = job.events()
    assert isinstance(last, Finished)


def test_the_version_there_is_reported_next_to_the_chosen_one() -> None:
    choose_numpy()
    assert registry.version("numpy") == "1.2.3"
    report = probe("numpy")
    assert (report.python, report.chosen) == (sys.executable, "1.2.3")
    assert report.version == registry.installed("numpy")
    assert [device.kind for device in report.devices] == ["cpu"]


@pytest.mark.skipif(sys.platform == "win32", reason="runs shell scripts")
def test_a_program_that_is_no_python_is_reported_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"is not a working Python\. Not today\."):
        Worker(FIND_DEVICES, {}, python=script(tmp_path, "echo Not today >&2", "exit 3"))


@pytest.mark.skipif(sys.platform == "win32", reason="runs shell scripts")
def test_a_python_that_says_nothing_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_python, "START_SECONDS", 0.2)
    with pytest.raises(JobError, match="did not answer within"):
        Worker(FIND_DEVICES, {}, python=script(tmp_path, "exec sleep 60"))


def test_a_program_that_cannot_be_started_is_reported(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="cannot be started"):
        Worker(FIND_DEVICES, {}, python=str(tmp_path))


BARE = """
import sys
from importlib.abc import MetaPathFinder
sys.path[:0] = sys.argv[1:2]
from mnist_studio.workers import external_entry
from mnist_studio.explanation.messages import EXPLAIN
from mnist_studio.parity.learner_messages import LEARN
from mnist_studio.prediction.export import EXPORT
from mnist_studio.prediction.messages import PREDICT
from mnist_studio.running.messages import TRAIN
from mnist_studio.workers.probe import FIND_DEVICES
from mnist_studio.workers.serve import load_task
KNOWN = {*sys.stdlib_module_names, *external_entry.NEEDED, "mnist_studio", "opt_einsum"}
class Nothing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if path is None and name.partition(".")[0] not in KNOWN:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nothing())
for task in (TRAIN, PREDICT, FIND_DEVICES, EXPORT, LEARN, EXPLAIN):
    load_task(task.name)
__import__("mnist_studio.frameworks.numpy_scratch")
"""


def test_a_child_imports_nothing_besides_its_framework() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(ROOT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_packaged_program_gives_another_python_the_users_libraries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paths, "frozen", lambda: True)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/users")
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "/bundle/program")
    monkeypatch.setenv("PYTHONPATH", "/ours")
    variables = external_python.users_environment()
    assert variables["LD_LIBRARY_PATH"] == "/users"
    assert not {"LD_LIBRARY_PATH_ORIG", "_PYI_ARCHIVE_FILE", "PYTHONPATH"} & set(variables)
