"""Warm processes: used, equal to cold ones, given up, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import settings
from mnist_studio.events import AnyEvent, Finished
from mnist_studio.frameworks import registry
from mnist_studio.running import warm
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.messages import WARM_UP, WarmUp
from mnist_studio.running.warm import WarmProcesses
from mnist_studio.settings import Interpreter
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.runs import RunStore
from mnist_studio.training import machine
from mnist_studio.workers import priority
from mnist_studio.workers.task import Task
from mnist_studio.workers.worker import Worker
from tests.trained_runs import alive, small, until

GIGABYTE = 1 << 30
linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rest, enough memory, and the priority of the test, whatever else runs here."""
    monkeypatch.setattr(priority, "NICENESS", 0)
    monkeypatch.setattr(warm, "REST_SECONDS", 0.0)
    monkeypatch.setattr(warm, "CHECK_SECONDS", 0.02)
    monkeypatch.setattr(machine, "available_memory_bytes", lambda: 8 * GIGABYTE)
    monkeypatch.setattr(machine, "on_battery", lambda: False)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes all other frameworks count as not installed."""

    def choose(*names: FrameworkName) -> None:
        versions = registry.version
        monkeypatch.setattr(registry, "version", lambda n: versions(n) if n in names else None)

    return choose


@pytest.fixture
def processes(only: Callable[..., None]) -> Iterator[WarmProcesses]:
    """Those for NumPy, which have not been started yet."""
    only("numpy")
    made = WarmProcesses()
    made.expect([small()])
    yield made
    made.close()


def open_ready(processes: WarmProcesses, *names: FrameworkName) -> None:
    processes.open()
    until(lambda: processes.ready == names)


def events(spec: RunSpec, processes: WarmProcesses | None) -> list[AnyEvent]:
    return list(TrainingJob(spec, processes=processes).events())


def is_warm(told: list[AnyEvent]) -> bool:
    end = told[-1]
    assert isinstance(end, Finished)
    assert end.measures is not None
    return end.measures.warm_start


@pytest.mark.parametrize("framework", registry.FRAMEWORKS)
def test_a_warm_process_trains_the_bits_of_a_cold_one(
    only: Callable[..., None], framework: FrameworkName
) -> None:
    only(framework)
    spec = small(framework)
    processes = WarmProcesses()
    processes.expect([spec])
    processes.open()
    with ThreadPoolExecutor(1) as pool:
        cold = pool.submit(events, spec, None)
        until(lambda: processes.ready == (framework,), 120)
        assert not is_warm(cold.result())
    told = events(spec, processes)
    assert is_warm(told)
    processes.close()
    with RunStore() as store:
        one, other = store.runs()
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
    assert artifacts.console(one.folder).exists()


def test_a_used_process_is_replaced_when_no_run_trains(processes: WarmProcesses) -> None:
    open_ready(processes, "numpy")
    (first,) = processes.pids
    assert is_warm(events(small(), processes))
    assert not processes.pids
    assert not alive(first)
    processes.resume()
    until(lambda: processes.ready == ("numpy",))
    assert first not in processes.pids


def test_other_processor_settings_start_cold(processes: WarmProcesses) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    spec = replace(small(), threads=2)
    assert processes.take(spec, Path("console.txt")) is None
    until(lambda: not alive(pid))
    processes.expect([spec])
    processes.resume()
    until(lambda: processes.ready == ("numpy",))
    assert is_warm(events(spec, processes))


def test_a_process_loads_another_dataset_once_it_is_expected(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    sent: list[object] = []
    send = Worker.send

    def send_and_note(worker: Worker[object, object, object], request: object) -> int:
        sent.append(request)
        return send(worker, request)

    monkeypatch.setattr(Worker, "send", send_and_note)
    spec = replace(small(), dataset="mnist")
    processes.expect([spec])
    until(lambda: sent)
    assert sent == [WarmUp(spec)]
    # It is not here, which the run reports; the process is used all the same.
    processes.expect([small()])
    until(lambda: len(sent) == 2)
    assert processes.pids == (pid,)
    assert is_warm(events(small(), processes))


@linux
def test_a_process_that_died_while_it_waited_is_not_used(processes: WarmProcesses) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    processes.pause()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid))
    assert not is_warm(events(small(), processes))


@linux
def test_a_process_that_dies_before_it_begins_gives_way_to_a_new_one(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    take = processes.take

    def take_and_kill(spec: RunSpec, console: Path) -> warm.TrainingWorker | None:
        worker = take(spec, console)
        os.kill(pid, signal.SIGKILL)
        return worker

    monkeypatch.setattr(processes, "take", take_and_kill)
    assert not is_warm(events(small(), processes))


@linux
def test_a_dead_process_is_replaced(processes: WarmProcesses) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    os.kill(pid, signal.SIGKILL)
    until(lambda: processes.ready and processes.pids != (pid,))
    (new,) = processes.pids
    assert (alive(pid), alive(new)) == (False, True)


def test_low_memory_ends_the_processes(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ready(processes, "numpy")
    (pid,) = processes.pids
    monkeypatch.setattr(machine, "available_memory_bytes", lambda: GIGABYTE // 2)
    until(lambda: not alive(pid))
    assert processes.pids == ()


@pytest.mark.parametrize("obstacle", ["memory", "battery", "setting", "run"])
def test_nothing_starts_while_it_would_be_in_the_way(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    checked: list[bool] = []
    load = settings.load

    def load_and_count() -> tuple[settings.Settings, str]:
        checked.append(True)
        return load()

    monkeypatch.setattr(settings, "load", load_and_count)
    match obstacle:
        case "memory":
            monkeypatch.setattr(machine, "available_memory_bytes", lambda: GIGABYTE)
        case "battery":
            monkeypatch.setattr(machine, "on_battery", lambda: True)
        case "setting":
            settings.save(replace(load()[0], warm_processes=False))
    processes.open()
    if obstacle == "run":
        processes.pause()
    checked.clear()
    until(lambda: len(checked) > 3)
    assert processes.pids == ()


def test_a_framework_that_cannot_be_loaded_is_tried_once(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(warm, "WARM_UP", Task("tests.workers.example_tasks.fail", None, None))
    processes.open()
    until(lambda: "no warm process of numpy" in caplog.text)
    until(lambda: processes.pids == ())
    monkeypatch.setattr(warm, "WARM_UP", WARM_UP)
    assert not is_warm(events(small(), processes))
    processes.resume()
    assert caplog.text.count("no warm process") == 1


@linux
def test_closing_ends_a_process_that_still_loads(
    processes: WarmProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "WARM_UP", Task("tests.running.test_warm.hang", None, None))
    processes.open()
    until(lambda: processes.pids)
    (pid,) = processes.pids
    processes.close()
    assert not alive(pid)


def hang(request: WarmUp, _: object) -> None:
    signal.pause()


def test_a_process_that_still_loads_is_used(processes: WarmProcesses) -> None:
    processes.open()
    until(lambda: processes.pids)
    (pid,) = processes.pids
    told = iter(TrainingJob(small(), processes=processes).events())
    assert processes.pids == (pid,)
    assert is_warm(list(told))
    assert not alive(pid)


def test_the_python_of_an_environment_is_warm_too(processes: WarmProcesses) -> None:
    open_ready(processes, "numpy")
    (own,) = processes.pids
    chosen = {"numpy": Interpreter(sys.executable, "2")}
    settings.save(replace(settings.load()[0], interpreters=chosen))
    until(lambda: processes.ready and own not in processes.pids)
    assert is_warm(events(small(), processes))


PARENT = """
import time
from mnist_studio.frameworks import registry
from mnist_studio.running import warm

if __name__ == "__main__":
    warm.REST_SECONDS = 0.0
    versions = registry.version
    registry.version = lambda name: versions(name) if name == "numpy" else None
    warm.machine.available_memory_bytes = lambda: 8 << 30
    warm.machine.on_battery = lambda: False
    warm.priority.NICENESS = 0
    processes = warm.WarmProcesses()
    processes.open()
    while not processes.ready:
        time.sleep(0.01)
    print(*processes.pids, flush=True)
    time.sleep(60)
"""


@linux
def test_a_killed_window_leaves_no_process(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    until(lambda: not alive(pid), 5)
