import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from mnist_studio import events
from mnist_studio.errors import StoreError
from mnist_studio.events import (
    AnyEvent,
    Cancelled,
    Checkpoint,
    Crashed,
    Epoch,
    Event,
    Failed,
    Finished,
    Log,
    Phase,
    Progress,
    Started,
    Stopped,
    Terminal,
)
from mnist_studio.frameworks import registry
from mnist_studio.jobs.training import TrainingJob
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.faults import FAULTS
from mnist_studio.spec.layers import Dense, Flatten
from mnist_studio.spec.model import UNIT, ModelSpec
from mnist_studio.spec.optimisers import Adam, Sgd
from mnist_studio.spec.run import FaultName, RunSpec
from mnist_studio.store import artefacts
from mnist_studio.store.runs import RunStore

from .conftest import alive, endless, small, status, trained, until

SUPERVISOR = Path(__file__).parent / "supervisor.py"
linux = pytest.mark.skipif(sys.platform != "linux", reason="sends signals, reads /proc")


class Watched:
    """Runs a job to its end, acting on its events, and finds its child's process."""

    def __init__(self, spec: RunSpec, resume: str = "") -> None:
        self.job = TrainingJob(spec, resume=resume)
        self.events: list[AnyEvent] = []
        self.pid = 0
        self.resumed = bool(resume)

    def run(self, act: Callable[["Watched", Event], None]) -> AnyEvent:
        for event in self.job.events():
            self.events.append(event)
            self.pid = self.pid or _child_pid()
            act(self, event)
        return self.end

    @property
    def end(self) -> AnyEvent:
        """The last event, once it is sure that it is the only terminal one, and recorded."""
        ends = [event for event in self.events if isinstance(event, Terminal)]
        assert ends == self.events[-1:]
        with RunStore() as store:
            kept = store.run(self.job.id).terminal
            assert kept == ends[0] or (self.resumed and isinstance(kept, Stopped))
            assert store.recover() == ()
        assert not (self.pid and alive(self.pid))
        return ends[0]


def _child_pid() -> int:
    children = multiprocessing.active_children()
    return children[0].pid or 0 if children else 0


def on(kind: type, act: Callable[[Watched], None], phase: str = "") -> Callable:
    """Acts once, at the first event of a kind, or the first of that phase."""
    done: list[bool] = []

    def acted(watched: Watched, event: Event) -> None:
        if not done and isinstance(event, kind) and getattr(event, "phase", "") == phase:
            done.append(True)
            act(watched)

    return acted


def test_a_run_tells_everything_and_ends_finished() -> None:
    watched = Watched(small(epochs=2))
    end = watched.run(lambda *_: None)

    assert isinstance(watched.events[0], Started)
    assert watched.events[0].parameters == 101_770
    phases = [event.phase for event in watched.events if isinstance(event, Phase)]
    assert phases[:5] == ["import", "data", "build", "compile", "train"]
    assert {event.run for event in watched.events} == {watched.job.id}
    assert isinstance(end, Finished)
    assert (end.epochs, end.step) == (2, 42)
    assert end.test_accuracy > 0.85
    assert {"start", "import", "data", "build", "train"} <= end.seconds.keys()
    assert all(seconds >= 0 for seconds in end.seconds.values())
    with RunStore() as store:
        run = store.runs()[0]
        assert run.trained
        told = [event for event in watched.events if isinstance(event, Epoch)]
        assert list(store.epochs(run.id)) == told
    assert len(artefacts.load_steps(run.folder).losses) == 42


def test_equal_specs_train_equal_bits() -> None:
    for _ in range(2):
        trained(small())
    with RunStore() as store:
        one, other = store.runs()
    for name in (artefacts.WEIGHTS, artefacts.STEPS, artefacts.TEST_LOGITS):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_a_run_on_augmented_digits_repeats_bit_by_bit() -> None:
    moved = Augmentation(rotation=10, zoom=0.1, shift=2, elastic=2)
    for augmentation in (None, moved, moved):
        assert isinstance(trained(small(augmentation=augmentation))[-1], Finished)
    with RunStore() as store:
        one, other, plain = store.runs()
    for name in (artefacts.WEIGHTS, artefacts.STEPS, artefacts.TEST_LOGITS):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
        assert (one.folder / name).read_bytes() != (plain.folder / name).read_bytes()


def test_a_stop_is_answered_while_digits_are_augmented() -> None:
    moved = Augmentation(rotation=10, elastic=3)
    spec = endless(augmentation=moved, batch_size=60_000, sampling="with_replacement")
    watched = Watched(spec)
    asked: list[float] = []

    def stop(it: Watched) -> None:
        it.job.stop()
        asked.append(time.monotonic())

    end = watched.run(on(Phase, stop, "train"))
    assert isinstance(end, Stopped)
    assert end.step == 0
    assert time.monotonic() - asked[0] < 5.0  # benchmarks/ hold it to half a second.


@pytest.mark.parametrize(
    ("fault", "model", "training"),
    [
        ("own-scaling", {"scaling": UNIT}, {}),
        ("unshuffled", {}, {"sampling": "stored"}),
        ("own-constants", {}, {"optimiser": Adam(1e-3, epsilon=1e-8)}),
    ],
)
def test_a_fault_is_trained_told_and_kept_by_its_name(
    fault: FaultName, model: dict, training: dict
) -> None:
    plain = small(optimiser=Adam(1e-3, epsilon=1e-3))
    told = trained(replace(plain, faults=(fault,)))
    changed = replace(plain.training, **training)
    trained(replace(plain, model=replace(plain.model, **model), training=changed))
    with RunStore() as store:
        wanted, run = store.runs()
    for name in (artefacts.WEIGHTS, artefacts.STEPS, artefacts.TEST_LOGITS):
        assert (run.folder / name).read_bytes() == (wanted.folder / name).read_bytes()
    assert run.spec == replace(plain, faults=(fault,))
    warnings = [event.text for event in told if isinstance(event, Log)]
    assert warnings == [f"Fault switched on: {FAULTS[fault].title}."]


def test_a_double_softmax_says_of_which_kind_its_losses_are() -> None:
    told = trained(replace(small(), faults=("double-softmax",)))
    _, kind = [event.text for event in told if isinstance(event, Log)]
    assert "training loss is that of a softmax applied twice" in kind
    assert "test losses are the plain cross-entropy" in kind


def test_a_stop_in_training_keeps_weights_from_which_the_run_goes_on() -> None:
    spec = small(epochs=40)
    watched = Watched(spec)
    asked: list[float] = []

    def stop(it: Watched) -> None:
        it.job.stop()
        asked.append(time.monotonic())

    stopped = watched.run(on(Progress, stop))
    assert isinstance(stopped, Stopped)
    assert time.monotonic() - asked[0] < 5.0  # benchmarks/ hold it to half a second.
    assert 0 < stopped.step < 840
    again = Watched(spec, resume=watched.job.id)
    finished = again.run(lambda *_: None)

    assert isinstance(finished, Finished)
    assert again.job.id == watched.job.id
    trained(spec)
    with RunStore() as store:
        whole, resumed = store.runs()
        first, second = store.epochs(whole.id), store.epochs(resumed.id)
    assert [epoch.train_loss for epoch in first] == [epoch.train_loss for epoch in second]
    assert [epoch.test_loss for epoch in first] == [epoch.test_loss for epoch in second]
    for name in (artefacts.WEIGHTS, artefacts.STEPS, artefacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (resumed.folder / name).read_bytes()


@pytest.mark.parametrize("phase", ["import", "data", "build"])
def test_a_stop_before_training_ends_the_child(phase: str) -> None:
    watched = Watched(endless())
    end = watched.run(on(Phase, lambda it: it.job.stop(), phase))
    assert isinstance(end, Cancelled)
    assert end.reason == "Stopped before training began. There was nothing to keep."


def test_a_stop_before_anything_was_told_is_answered() -> None:
    watched = Watched(endless())
    watched.job.stop()
    assert isinstance(watched.run(lambda *_: None), Cancelled)


def test_a_paused_run_goes_on_and_can_be_paused_again_and_stopped() -> None:
    pauses: list[Event] = []

    def act(it: Watched, event: Event) -> None:
        if isinstance(event, Progress):
            it.job.pause()
        elif isinstance(event, Phase) and event.phase == "paused":
            pauses.append(event)
            (it.job.resume if len(pauses) == 1 else it.job.stop)()

    assert isinstance(Watched(endless()).run(act), Stopped)
    assert len(pauses) == 2


def test_a_cancelled_run_keeps_no_weights() -> None:
    watched = Watched(endless())
    end = watched.run(on(Progress, lambda it: it.job.cancel()))
    assert isinstance(end, Cancelled)
    assert not (_only_folder() / artefacts.WEIGHTS).exists()


def test_wishes_may_come_from_any_thread() -> None:
    watched = Watched(endless())

    def stop(it: Watched) -> None:
        thread = Thread(target=it.job.stop)
        thread.start()
        thread.join()

    assert isinstance(watched.run(on(Progress, stop)), Stopped)


def _kill(watched: Watched) -> None:
    os.kill(watched.pid, signal.SIGKILL)


@linux
@pytest.mark.parametrize(
    ("kind", "phase", "left"), [(Checkpoint, "", "last checkpoint"), (Phase, "data", "console.txt")]
)
def test_a_killed_child_is_told_with_what_is_left(kind: type, phase: str, left: str) -> None:
    end = Watched(endless()).run(on(kind, _kill, phase))
    assert isinstance(end, Crashed)
    assert end.exit_code == -signal.SIGKILL
    assert "was killed from outside" in end.reason
    assert left in end.reason


def test_an_abandoned_run_is_cancelled_and_its_child_gone() -> None:
    job = TrainingJob(endless())
    iterator: Iterator[AnyEvent] = job.events()
    for event in iterator:
        if isinstance(event, Progress):
            break
    pid = _child_pid()
    assert alive(pid)
    iterator.close()
    assert not alive(pid)
    assert status(job.id) == "cancelled"


def test_a_rate_that_overflows_fails_with_its_cause() -> None:
    linear = ModelSpec((Flatten(), Dense(16), Dense(16), Dense(10)))
    end = trained(replace(small(optimiser=Sgd(learning_rate=1000)), model=linear))[-1]
    assert isinstance(end, Failed)
    assert "The loss stopped being a number in step" in end.reason
    assert "The learning rate 1000 is too high for sgd: try at most 1." in end.reason


def test_a_framework_that_is_not_installed_fails_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions = registry.version
    monkeypatch.setattr(registry, "version", lambda n: None if n == "pytorch" else versions(n))
    missing = trained(small("pytorch"))
    assert [type(event) for event in missing] == [Started, Failed]
    assert missing[-1].reason == "PyTorch is not installed. Install it with: pip install torch"
    assert isinstance(trained(small())[-1], Finished)


def test_a_broken_installation_fails_in_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch.so is missing')\n")
    # A spawned child is given its parent's path.
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Failed)
    assert "PyTorch cannot be imported: libtorch.so is missing" in end.reason
    assert "pip install torch" in end.reason


def test_a_device_that_is_not_here_fails_with_what_is() -> None:
    end = trained(replace(small(), device="cuda"))[-1]
    assert isinstance(end, Failed)
    assert "not on cuda" in end.reason
    assert "cpu or auto" in end.reason


def test_more_validation_digits_than_there_are_fail_with_the_number() -> None:
    end = trained(small(validation=1297))[-1]
    assert isinstance(end, Failed)
    assert "from 0 to 1,296" in end.reason


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
    assert "No process could be started" in got[-1].reason
    assert status(job.id) == "failed"


def test_a_running_run_cannot_go_on_a_second_time() -> None:
    job = TrainingJob(endless())
    told = job.events()
    next(told)
    with pytest.raises(StoreError, match="still running"):
        next(TrainingJob(endless(), resume=job.id).events())
    told.close()
    assert status(job.id) == "cancelled"


def test_stopping_a_resumed_run_before_it_trains_says_how_to_go_on() -> None:
    watched = Watched(endless())
    watched.run(on(Progress, lambda it: it.job.stop()))
    again = Watched(endless(), resume=watched.job.id)
    end = again.run(on(Phase, lambda it: it.job.stop(), "import"))
    assert isinstance(end, Cancelled)
    assert "Continue it from its last checkpoint" in end.reason
    # The weights that it had kept before still answer.
    assert status(watched.job.id) == "stopped"


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
    assert "said by" in artefacts.console(_only_folder()).read_text()


@linux
def test_a_crash_leaves_the_place_in_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    end = trained(small("pytorch"))[-1]
    assert isinstance(end, Crashed)
    assert f"signal {int(signal.SIGSEGV)}" in end.reason
    assert "torch.py" in artefacts.console(_only_folder()).read_text()


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


def _only_folder() -> Path:
    with RunStore() as store:
        (run,) = store.runs()
    return run.folder
