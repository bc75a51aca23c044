import dataclasses
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from mnist_studio import events
from mnist_studio.errors import CancelledByUser, DataError
from mnist_studio.gui.services import event_thread as watching
from mnist_studio.gui.services.background import Background, IsCancelled, Progress, Work
from mnist_studio.gui.services.run_row import RunRow
from mnist_studio.gui.services.runs import RunLibrary
from mnist_studio.gui.services.studio import Studio
from mnist_studio.gui.services.training import TrainingQueue
from mnist_studio.gui.train.form import recipe_form, run_specs
from mnist_studio.running import job as training
from mnist_studio.store import titles
from mnist_studio.store.experiments import Membership
from mnist_studio.store.rows import Run
from mnist_studio.store.runs import RunStore
from tests.gui.stored import STUDY

SPECS = run_specs(recipe_form("tiny-10", ("numpy",), "builtin"))


@pytest.fixture
def background() -> Any:
    made = Background()
    yield made
    made.close()
    made.deleteLater()


class Receiver(QObject):
    """Notes what arrives and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []
        self.threads: set[int] = set()

    @Slot(object)
    def take(self, thing: object) -> None:
        self.seen.append(thing)
        self.threads.add(threading.get_ident())


def run_to_end(qtbot: QtBot, background: Background, work: Work, cancel: bool = False) -> Receiver:
    receiver, gate = Receiver(), threading.Event()

    def gated(progress: Progress, is_cancelled: IsCancelled) -> object:
        gate.wait(5)
        return work(progress, is_cancelled)

    task = background.start(gated, receiver.take, receiver.take)
    task.progressed.connect(receiver.take)
    if cancel:
        task.cancel()
    with qtbot.waitSignal(task.ended, timeout=30_000):
        gate.set()
    return receiver


def test_work_tells_progress_and_result_in_the_gui_thread(
    qtbot: QtBot, background: Background
) -> None:
    def work(progress: Progress, is_cancelled: IsCancelled) -> int:
        progress(0.5)
        return 42

    receiver = run_to_end(qtbot, background, work)
    assert receiver.seen == [0.5, 42]
    assert receiver.threads == {threading.get_ident()}


def test_a_failure_is_reported(qtbot: QtBot, background: Background) -> None:
    def work(progress: Progress, is_cancelled: IsCancelled) -> None:
        raise DataError("Broken.", "Mend it.")

    (error,) = run_to_end(qtbot, background, work).seen
    assert str(error) == "Broken. Mend it."


def test_cancelled_work_tells_neither(qtbot: QtBot, background: Background) -> None:
    def work(progress: Progress, is_cancelled: IsCancelled) -> None:
        assert is_cancelled()
        raise CancelledByUser("Cancelled.")

    assert run_to_end(qtbot, background, work, cancel=True).seen == []


class FakeJob:
    """Tells three events, or breaks."""

    def __init__(
        self, spec: Any, data: Path | None = None, resume: str = "", processes: object = None,
        observe: bool = False, logs: object = None,
    ) -> None:  # fmt: skip
        self.spec = spec
        self.wishes: list[str] = []

    def events(self) -> Any:
        framework = self.spec.framework
        yield events.Started(
            run="a",
            framework=framework,
            title="r · f",
            dataset="builtin",
            recipe="r",
            epochs=1,
            parameters=1,
        )
        if self.spec.training.seed == 666:
            raise DataError("The digits are gone.", "Import them.")
        while self.spec.training.seed == 7 and not self.wishes:
            time.sleep(0.005)
        if "stop" in self.wishes:
            yield events.Stopped(
                run="a", framework=framework, epochs=0, step=1, test_accuracy=None,
                test_loss=None, seconds={}, device="CPU",
            )  # fmt: skip
            return
        if "cancel" in self.wishes:
            yield events.Cancelled(run="a", framework=framework, reason="By you.")
            return
        yield events.Failed(run="a", framework=framework, reason="No memory.")

    def pause(self) -> None:
        """Waits."""

    def resume(self) -> None:
        """Goes on."""

    def stop(self) -> None:
        self.wishes.append("stop")

    def cancel(self) -> None:
        self.wishes.append("cancel")


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("mnist_studio.gui.services.training.TrainingJob", FakeJob)
    made = TrainingQueue()
    yield made
    made.close()
    made.deleteLater()


def specs(*seeds: int) -> Any:
    from dataclasses import replace

    form = recipe_form("tiny-10", ("numpy",), "builtin")
    return [run_specs(replace(form, seed=seed))[0] for seed in seeds]


def test_a_failure_lets_the_others_go_on(qtbot: QtBot, queue: TrainingQueue) -> None:
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        queue.add(specs(1, 666, 2))
    assert [run.state for run in queue.runs] == ["failed"] * 3
    assert [run.note for run in queue.runs] == [
        "No memory.", "The digits are gone. Import them.", "No memory.",
    ]  # fmt: skip
    assert not queue.busy


def test_stop_keeps_the_run_and_takes_the_waiting_ones_out(
    qtbot: QtBot, queue: TrainingQueue
) -> None:
    queue.add(specs(7))
    queue.add(specs(1))
    assert len(queue.runs) == 2
    queue.pause()
    assert queue.paused
    queue.resume()
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        queue.stop()
    assert [run.state for run in queue.runs] == ["stopped", "removed"]


def test_waiting_runs_that_a_stop_removed_are_put_back(qtbot: QtBot, queue: TrainingQueue) -> None:
    queue.add(specs(7))
    queue.add(specs(1, 2))
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        removed = queue.stop()
    assert len(removed) == 2
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        queue.put_back(removed)
    assert [run.state for run in queue.runs] == ["stopped", "failed", "failed"]
    queue.put_back(removed)
    assert not queue.busy


def test_discard_keeps_nothing(qtbot: QtBot, queue: TrainingQueue) -> None:
    queue.add(specs(7))
    with qtbot.waitSignal(queue.idle, timeout=30_000):
        queue.cancel()
    assert queue.runs[0].state == "cancelled"


class DeafJob(FakeJob):
    """Hears neither Stop nor anything else, but for what ``hears`` names."""

    hears = ""

    def events(self) -> Any:
        while self.hears not in self.wishes:
            time.sleep(0.005)
        yield events.Cancelled(run="a", framework="numpy", reason="By you.")


@pytest.mark.parametrize("hears", ["cancel", "mercy"])
def test_a_run_that_hears_no_stop_does_not_abort_the_studio(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, hears: str
) -> None:
    monkeypatch.setattr("mnist_studio.gui.services.training.TrainingJob", DeafJob)
    monkeypatch.setattr("mnist_studio.gui.services.event_thread.GOODBYE_MS", 100)
    monkeypatch.setattr("mnist_studio.gui.services.event_thread.LAST_MS", 500)
    monkeypatch.setattr(DeafJob, "hears", hears)
    queue = TrainingQueue()
    queue.add(specs(1))
    watcher = queue._thread
    assert watcher is not None
    queue.close()
    job: object = watcher.work
    assert isinstance(job, DeafJob)
    assert job.wishes == ["stop", "cancel"]
    assert watcher.isRunning() == (hears == "mercy")
    queue.deleteLater()
    qtbot.wait(50)
    if hears == "mercy":
        DeafJob.hears = "cancel"
        assert watching.LOST.pop() is watcher
        assert watcher.wait(5000)


def test_the_studio_waits_longer_than_a_run_may_take_to_stop() -> None:
    longest = training.STOP_PATIENCE_SECONDS + training.EXIT_GRACE_SECONDS
    assert 1000 * (longest + 2) <= watching.GOODBYE_MS


def test_a_continued_run_has_its_title_at_once(queue: TrainingQueue, tmp_path: Path) -> None:
    queue.add(specs(7))
    stored = Run("b", "My run 2", specs(1)[0], "stopped", 0.0, tmp_path, None)
    queue.resume_run(stored, ())
    assert [run.title for run in queue.runs] == [titles.of(specs(7)[0]), "My run 2"]


def test_what_breaks_in_the_background_is_logged(
    qtbot: QtBot, background: Background, caplog: pytest.LogCaptureFixture
) -> None:
    def work(progress: Progress, is_cancelled: IsCancelled) -> None:
        raise KeyError("odd")

    run_to_end(qtbot, background, work)
    assert "KeyError: 'odd'" in caplog.text


def test_the_library_sees_what_others_write(qtbot: QtBot) -> None:
    library = RunLibrary()
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.open()
    assert list(library.rows) == []
    with RunStore() as store:
        with qtbot.waitSignal(library.changed, timeout=30_000):
            run = store.create(SPECS[0])
        with qtbot.waitSignal(library.changed, timeout=30_000):
            store.record(events.Failed(run=run.id, framework="numpy", reason="Why."))
        store.release(run.id)
    assert library.rows[0].reason == "Why."
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.rename(run.id, "A better name")
    assert library.rows[0].run.title == "A better name"
    with qtbot.waitSignal(library.failed, timeout=30_000):
        library.rename(run.id, "")
    with qtbot.waitSignal(library.changed, timeout=30_000):
        library.delete((run.id,))
    assert library.rows == ()
    library.close()
    library.deleteLater()


def test_an_interrupted_run_can_be_resumed_from_the_first_page(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore() as store:
        run = store.create(SPECS[0])
    qtbot.waitUntil(lambda: bool(studio.library.rows), timeout=30_000)
    crashed = dataclasses.replace(studio.library.rows[0].run, status="crashed", checkpoint=True)
    monkeypatch.setattr(studio.library, "_rows", (RunRow(crashed, ()),))
    resumed: list[str] = []
    monkeypatch.setattr(studio.queue, "resume_run", lambda run, epochs: resumed.append(run.id))
    with qtbot.waitSignal(studio.outcome) as outcome:
        studio.library.interrupted.emit((run.id,))
    assert outcome.args is not None
    assert outcome.args[0].facts[0].endswith("epochs.")
    outcome.args[0].steps[0].action()
    assert resumed == [run.id]


def test_an_interrupted_experiment_leads_to_its_page(
    qtbot: QtBot, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunStore() as store:
        experiment = store.experiments.add(STUDY)
        run = store.create(SPECS[0], Membership(experiment.id))
    studio.library.refresh()
    qtbot.waitUntil(lambda: bool(studio.library.memberships), timeout=30_000)
    crashed = dataclasses.replace(studio.library.rows[0].run, status="crashed", checkpoint=True)
    monkeypatch.setattr(studio.library, "_rows", (RunRow(crashed, ()),))
    with qtbot.waitSignal(studio.outcome) as outcome:
        studio.library.interrupted.emit((run.id,))
    assert outcome.args is not None
    (fact,) = outcome.args[0].facts
    assert f"one run of “{STUDY.title}”" in fact
    with qtbot.waitSignal(studio.item_requested) as requested:
        outcome.args[0].steps[0].action()
    assert requested.args == ["experiments", experiment.id]
