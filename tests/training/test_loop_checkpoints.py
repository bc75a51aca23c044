"""Checkpoints within an epoch: a training that is killed anywhere resumes to the same bits."""

from dataclasses import replace as replaced

import pytest

from mnist_studio.events import Checkpoint, Epoch, Event, Finished, Log, Phase, Progress
from mnist_studio.spec.layers import Dense, Dropout, Flatten, Relu
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.schedules import OneCycle, Plateau, Schedule
from mnist_studio.store import artifacts, run_record, step_curve
from mnist_studio.training.clock import CheckpointClock
from mnist_studio.training.loop import Training
from mnist_studio.training.session import Control
from tests.training.conftest import Bench, Benches, Sizer, same_weights

DROPPED = ModelSpec((Flatten(), Dense(12), Relu(), Dropout(0.5), Dense(10)))


class Killed(Exception):
    """The process is gone."""


def _killer(step: int) -> object:
    """Ends a training without a word when a step is reported."""

    def kill(event: Event, _: Control) -> None:
        if isinstance(event, Progress) and event.step == step:
            raise Killed

    return kill


@pytest.fixture(autouse=True)
def _always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CheckpointClock, "due", True)


def _resumed(one: Bench, known: list[Epoch]) -> Finished:
    """Resumes from what lies in the folder, with the epochs that a database knows."""
    training = Training(one.session, one.learner)
    training._sizer = Sizer(1)  # type: ignore[assignment]
    training.prepare()
    training.resume(artifacts.load_checkpoint(one.folder, one.spec), known)
    finished = training.run()
    assert isinstance(finished, Finished)
    return finished


def test_checkpoints_within_an_epoch_are_saved_after_every_chunk_but_the_last(
    bench: Benches,
) -> None:
    one = bench(epochs=2)
    one.train(1)
    assert [event.step for event in one.of(Checkpoint)] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_checkpoints_change_no_result(bench: Benches, monkeypatch: pytest.MonkeyPatch) -> None:
    with_them = bench("with", model=DROPPED, validation=10)
    with_them.train(1)
    monkeypatch.setattr(CheckpointClock, "due", False)
    without = bench("without", model=DROPPED, validation=10)
    without.train(1)
    assert same_weights(with_them.learner, without.learner)
    assert len(with_them.of(Checkpoint)) > len(without.of(Checkpoint)) == 3


@pytest.mark.parametrize("schedule", [OneCycle(), Plateau()], ids=["one-cycle", "plateau"])
@pytest.mark.parametrize("step", [2, 4, 5, 8, 11, 12])
def test_a_killed_run_resumes_to_the_same_bits_from_its_folder_alone(
    bench: Benches, step: int, schedule: Schedule
) -> None:
    changes = {"model": DROPPED, "schedule": schedule, "validation": 10}
    whole = bench("whole", **changes)
    whole.train(1)
    killed = bench("killed", on_event=_killer(step), **changes)
    with pytest.raises(Killed):
        killed.train(1)
    again = bench("again", folder=killed.folder, **changes)
    # A supervisor that was slow and then died has stored no epoch at all.
    finished = _resumed(again, known=[])

    assert same_weights(whole.learner, again.learner)
    for name in (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()
    final = artifacts.load_checkpoint(again.folder, again.spec)
    assert final.epochs is not None
    assert list(map(_timeless, final.epochs)) == list(map(_timeless, whole.of(Epoch)))
    assert (finished.epochs, finished.step) == (3, 12)


def test_a_pause_survives_the_end_of_the_program(
    bench: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pause(event: Event, control: Control) -> None:
        if isinstance(event, Progress) and event.step == 6:
            control.pause()
        elif isinstance(event, Phase) and event.phase == "paused":
            raise Killed

    monkeypatch.setattr(CheckpointClock, "due", False)
    whole, paused = bench("whole"), bench("paused", on_event=pause)
    whole.train(1)
    with pytest.raises(Killed):
        paused.train(1)
    assert artifacts.load_checkpoint(paused.folder, paused.spec).step == 6
    again = bench("again", folder=paused.folder)
    _resumed(again, known=[])
    assert same_weights(whole.learner, again.learner)
    assert (whole.folder / step_curve.STEPS).read_bytes() == (
        again.folder / step_curve.STEPS
    ).read_bytes()


def test_a_record_that_cannot_be_written_is_reported_once_and_ends_nothing(
    bench: Benches,
) -> None:
    one = bench()
    (one.folder / run_record.RECORD).write_bytes(b"no record")
    assert isinstance(one.train(1), Finished)
    (warning,) = [event.text for event in one.of(Log) if "record.json" in event.text]
    assert "is damaged" in warning


def test_the_loss_of_an_epoch_is_right_even_if_earlier_ones_are_lost(bench: Benches) -> None:
    whole = bench("whole")
    whole.train(1)
    killed = bench("killed", on_event=_killer(10))
    with pytest.raises(Killed):
        killed.train(1)
    # An earlier version saved no epochs, and its database lacks the second.
    checkpoint = artifacts.load_checkpoint(killed.folder, killed.spec)
    artifacts.save_checkpoint(killed.folder, replaced(checkpoint, epochs=None))
    again = bench("again", folder=killed.folder)
    _resumed(again, known=whole.of(Epoch)[:1])

    assert list(map(_timeless, again.of(Epoch))) == [_timeless(whole.of(Epoch)[2])]


def _timeless(epoch: Epoch) -> tuple[object, ...]:
    return tuple(getattr(epoch, name) for name in epoch.__struct_fields__ if "seconds" not in name)
