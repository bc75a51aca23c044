"""What ends a run against its will, and what is left of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.events import (
    Checkpoint,
    Crashed,
    Failed,
    Finished,
    Phase,
    Progress,
    Started,
    Terminal,
)
from mnist_studio.frameworks import registry
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.layers import Dense, Flatten
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.store import artifacts
from mnist_studio.store.runs import RunStore
from tests.running.watched import Watched, child_pid, on
from tests.trained_runs import alive, endless, only_folder, small, status, trained, until

SUPERVISOR = Path(__file__).parent / "supervisor.py"
linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc")


def _kill(watched: Watched) -> None:
    os.kill(watched.pid, signal.SIGKILL)


@linux
@pytest.mark.parametrize(
    ("kind", "phase", "left"), [(Checkpoint, "", "last checkpoint"), (Phase, "data", "console.txt")]
)
def test_a_killed_child_is_reported_with_what_is_left(kind: type, phase: str, left: str) -> None:
    end = Watched(endless()).run(on(kind, _kill, phase))
    assert isinstance(end, Crashed)
    assert end.exit_code == -signal.SIGKILL
    assert "process was killed" in end.reason
    assert left in end.reason


def test_an_abandoned_run_is_cancelled_and_its_child_gone() -> None:
    job = TrainingJob(endless())
    iterator = job.events()
    assert isinstance(iterator, Generator)
    for event in iterator:
        if isinstance(event, Progress):
            break
    pid = child_pid()
    assert alive(pid)
    iterator.close()
    assert not alive(pid)
    assert status(job.id) == "cancelled"


def test_a_rate_that_overflows_fails_with_its_cause() -> None:
    linear = ModelSpec((Flatten(), Dense(16), Dense(16), Dense(10)))
    end = trained(replace(small(optimizer=Sgd(learning_rate=1000)), model=linear))[-1]
    assert isinstance(end, Failed)
    assert "The loss became NaN or infinite in step" in end.reason
    assert events.state_title("failed", end.reason) == "Diverged"
    assert "The learning rate 1000 is too high for sgd. Try 1 or less." in end.reason


def test_a_framework_that_is_not_installed_fails_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: None if n == "pytorch" else versions(n))
    missing = trained(small("pytorch"))
    assert [type(event) for event in missing] == [Started, Failed]
    assert isinstance(missing[-1], Failed)
    assert missing[-1].reason == (
        "PyTorch is not installed. Install it with: mnist-studio environments pytorch --install"
    )
    assert isinstance(trained(small())[-1], Finished)


@pytest.mark.needs("pytorch")
def test_a_broken_installation_fails_in_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch.so is missing')\n")
    # A spawned child is given its parent's path.
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Failed)
    assert "PyTorch is installed but broken. Importing it fails with" in end.reason
    assert "ImportError: libtorch.so is missing" in end.reason
    assert "pip install --force-reinstall torch" in end.reason


@pytest.mark.needs("pytorch")
@linux
def test_an_import_that_ends_the_child_names_the_framework_and_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text(
        "import os, signal, sys\n"
        "sys.stderr.write('OMP: Error #15: Initializing libiomp5.so, but found libomp.so.\\n')\n"
        "os.kill(os.getpid(), signal.SIGABRT)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Crashed)
    assert end.reason.startswith("PyTorch is installed but broken. Importing it ends the process")
    assert "SIGABRT" in end.reason
    assert "OMP: Error #15" in end.reason
    assert "Two copies of OpenMP were loaded" in end.reason


def test_a_device_that_is_not_here_fails_with_what_is() -> None:
    end = trained(replace(small(), device="cuda"))[-1]
    assert isinstance(end, Failed)
    assert "not on cuda" in end.reason
    assert "cpu or auto" in end.reason


def test_more_validation_digits_than_there_are_fail_with_the_number() -> None:
    end = trained(small(validation=1297))[-1]
    assert isinstance(end, Failed)
    assert "must be 0 to 1,296" in end.reason


def test_digits_that_are_missing_fail_with_the_folder(tmp_path: Path) -> None:
    spec = replace(small(), dataset="mnist")
    (*_, end) = TrainingJob(spec, tmp_path / "nowhere").events()
    assert isinstance(end, Failed)
    assert str(tmp_path / "nowhere") in end.reason


def test_a_system_without_processes_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    job = TrainingJob(small())
    told = job.events()
    got = [next(told)]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names only
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 1, limits[1]))
    try:
        got.append(next(told))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    got.extend(told)
    assert [type(event) for event in got] == [Started, Failed]
    assert isinstance(got[-1], Failed)
    assert "A process could not be started" in got[-1].reason
    assert status(job.id) == "failed"


@pytest.mark.needs("pytorch")
@pytest.mark.parametrize(
    "code",
    ["print('said by Python')", "import os; os.write(1, b'said by C')"],
)
def test_what_a_child_prints_lands_in_the_console(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text(f"{code}\nimport os\nos.kill(os.getpid(), 9)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Crashed)
    assert "said by" in artifacts.console(only_folder()).read_text()


@pytest.mark.needs("pytorch")
@linux
def test_a_crash_leaves_the_place_in_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Crashed)
    assert f"signal {int(signal.SIGSEGV)}" in end.reason
    assert "torch.py" in artifacts.console(only_folder()).read_text()


@linux
def test_children_die_with_their_supervisor_whose_run_is_then_crashed() -> None:
    supervisor = _supervisor("tell")
    assert supervisor.stdout
    for line in supervisor.stdout:
        event = events.decode(line)
        if isinstance(event, Progress):
            break
    (child,) = _children(supervisor.pid)
    supervisor.kill()
    supervisor.communicate()

    until(lambda: not alive(child), seconds=2.0)
    with RunStore() as store:
        assert store.recover() == (event.run,)
        assert store.run(event.run).status == "crashed"


@linux
def test_a_full_disk_fails_the_run_in_a_sentence() -> None:
    output, errors = _supervisor("fill").communicate(timeout=60)
    told = [events.decode(line) for line in output.splitlines()]
    assert errors == ""
    assert isinstance(told[-1], Failed)
    assert "could not be written" in told[-1].reason
    assert sum(isinstance(event, Terminal) for event in told) == 1
    assert status(told[0].run) == "failed"


def _supervisor(work: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(SUPERVISOR), work],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SUPERVISOR.parents[2])},
    )


def _children(pid: int) -> list[int]:
    """The processes that a process spawned, Python's own resource tracker not counted."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = path.with_name("cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == pid and "spawn_main" in command:
            found.append(int(path.parent.name))
    return found
