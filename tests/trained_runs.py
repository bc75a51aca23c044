"""Small runs of the built-in digits, trained for real in child processes."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.events import AnyEvent, Epoch, Finished
from mnist_studio.running.job import TrainingJob
from mnist_studio.running.messages import TRAIN, TrainRequest
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import FrameworkName, RunSpec
from mnist_studio.store import artifacts
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from mnist_studio.workers.worker import PersistentWorker, final_result


def small(framework: FrameworkName = "numpy", **training: object) -> RunSpec:
    """One epoch of 21 steps, unless changed."""
    spec = run_spec(RECIPES["mlp-128"])
    changed = replace(spec.training, **({"epochs": 1} | training))
    return replace(
        spec, training=changed, dataset="builtin", framework=framework, device="cpu", threads=1
    )


def endless(**training: object) -> RunSpec:
    """A run that nobody waits for to end."""
    return small("numpy", epochs=10_000, **training)


def trained(spec: RunSpec) -> list[AnyEvent]:
    """The events of a run to its end."""
    return list(TrainingJob(spec).events())


def trained_in_one_process(specs: Sequence[RunSpec], folder: Path) -> list[list[Epoch]]:
    """The epochs of several runs of a framework, which one child process trains one by one."""
    found: list[list[Epoch]] = []
    with PersistentWorker(TRAIN, specs[0].framework) as worker:
        for number, spec in enumerate(specs):
            place = folder / str(number)
            place.mkdir(parents=True)
            request = TrainRequest(f"run-{number}", spec, str(place), "", time.perf_counter())
            events: list[AnyEvent] = []
            assert isinstance(final_result(worker.request(request), events.append), Finished)
            found.append([event for event in events if isinstance(event, Epoch)])
    return found


def status(run: str) -> str:
    with RunStore() as store:
        return store.run(run).status


def only_folder() -> Path:
    """The folder of the one run that there is."""
    with RunStore() as store:
        (run,) = store.runs()
    return run.folder


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits until something holds; fails if it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process lives, a zombie not counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the data folder that the environment may name where the tests run."""
    monkeypatch.delenv(paths.DATA_VARIABLE, raising=False)


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one finished run of NumPy; to be copied, not changed."""
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.HOME_VARIABLE, str(home))
        assert isinstance(trained(small())[-1], Finished)
    return home


@pytest.fixture
def run(trained_home: Path, home: Path) -> Run:
    """A finished run of NumPy, in this test's home."""
    shutil.copytree(trained_home, home, dirs_exist_ok=True)
    with RunStore() as store:
        return store.runs()[0]


@pytest.fixture
def store(home: Path) -> Iterator[RunStore]:
    with RunStore() as store:
        yield store


def copy_of(run: Run, store: RunStore, framework: FrameworkName = "numpy") -> Run:
    """A run of that framework with the weights of another, as if it had trained them."""
    new = store.create(replace(run.spec, framework=framework))
    artifacts.save_weights(new.folder, artifacts.load_weights(run.folder, run.spec))
    assert isinstance(run.terminal, Finished)
    store.record(replace(run.terminal, run=new.id, framework=framework))
    store.release(new.id)
    return store.run(new.id)
