"""Pause, stop, cancel: wishes while a run trains, and runs that go on."""

import time
from threading import Thread

import pytest

from mnist_studio.errors import StoreError
from mnist_studio.events import Cancelled, Event, Finished, Phase, Progress, Stopped
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.store import artifacts, step_curve
from mnist_studio.store.runs import RunStore
from tests.running.watched import Watched, on
from tests.trained_runs import endless, only_folder, small, status, trained


def test_a_stop_takes_effect_during_augmentation() -> None:
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
    for name in (artifacts.WEIGHTS, step_curve.STEPS, artifacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (resumed.folder / name).read_bytes()


@pytest.mark.parametrize("phase", ["import", "data", "build"])
def test_a_stop_before_training_ends_the_child(phase: str) -> None:
    watched = Watched(endless())
    end = watched.run(on(Phase, lambda it: it.job.stop(), phase))
    assert isinstance(end, Cancelled)
    assert end.reason == "Stopped before training began. There was nothing to save."


def test_a_stop_before_the_first_event_takes_effect() -> None:
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
    assert not (only_folder() / artifacts.WEIGHTS).exists()


def test_wishes_may_come_from_any_thread() -> None:
    watched = Watched(endless())

    def stop(it: Watched) -> None:
        thread = Thread(target=it.job.stop)
        thread.start()
        thread.join()

    assert isinstance(watched.run(on(Progress, stop)), Stopped)


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
    assert "Resume it from its last checkpoint" in end.reason
    # The weights that it had kept before still answer.
    assert status(watched.job.id) == "stopped"
