"""The loop with other batches, epochs, schedules and digits than the plain ones."""

from collections.abc import Callable

import numpy as np
import pytest

from mnist_studio.data.pipeline.augmentation import augmented
from mnist_studio.data.pipeline.batches import epoch_order
from mnist_studio.errors import TrainingFailed
from mnist_studio.events import Epoch, Event, Finished, Progress, Stopped
from mnist_studio.frameworks.base import Chunk, StepResults
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.optimizers import Sgd
from mnist_studio.spec.run import FULL_BATCH
from mnist_studio.spec.schedules import Plateau
from mnist_studio.spec.steps import batch_sizes, learning_rate
from mnist_studio.store import artifacts, step_curve
from mnist_studio.training.session import Control
from tests.training.conftest import Bench, Benches, same_weights

MOVED = Augmentation(rotation=15, shift=2, elastic=1.5)
WAYS: dict[str, dict[str, object]] = {
    "an epoch that ends amid a pass": {"epoch_steps": 3, "epochs": 4},
    "an epoch of several passes": {"epoch_steps": 9, "epochs": 2},
    "as the file has them": {"sampling": "stored"},
    "drawn with replacement": {"sampling": "with_replacement", "epoch_steps": 5},
    "all digits in every step": {"batch_size": FULL_BATCH, "epochs": 12},
    "a plateau": {
        # So slow that the accuracy stands still.
        "optimizer": Sgd(1e-6), "schedule": Plateau(0.1, patience=1), "validation": 60, "epochs": 6,
    },
    "augmented": {"augmentation": MOVED},
}  # fmt: skip


def _recorded(one: Bench) -> list[Chunk]:
    """The chunks that the learner of a bench will be given."""
    chunks, train = [], one.learner.train

    def record(chunk: Chunk) -> StepResults:
        if len(chunk.indices):
            chunks.append(chunk)
        return train(chunk)

    one.learner.train = record  # type: ignore[method-assign]
    return chunks


def _stop_after(step: int) -> Callable[[Event, Control], None]:
    def stop(event: Event, control: Control) -> None:
        if isinstance(event, Progress) and event.step >= step:
            control.stop()

    return stop


def _figures(epoch: Epoch) -> tuple[float | None, ...]:
    return (
        epoch.step, epoch.train_loss, epoch.train_accuracy, epoch.validation_accuracy,
        epoch.test_loss, epoch.test_accuracy, epoch.learning_rate,
    )  # fmt: skip


@pytest.mark.parametrize("changes", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("step", [1, 7])
def test_a_run_stopped_anywhere_goes_on_to_the_same_bits(
    bench: Benches, changes: dict[str, object], step: int
) -> None:
    whole = bench("whole", **changes)
    assert isinstance(whole.train(2), Finished)
    stopped = bench("stopped", on_event=_stop_after(step), **changes)
    assert isinstance(stopped.train(1), Stopped)
    again = bench("again", folder=stopped.folder, **changes)
    again.events = list(stopped.of(Epoch))
    assert isinstance(again.train(3, resume=True), Finished)

    assert same_weights(whole.learner, again.learner)
    for name in (step_curve.STEPS, artifacts.WEIGHTS, artifacts.TEST_LOGITS):
        assert (whole.folder / name).read_bytes() == (again.folder / name).read_bytes()
    assert list(map(_figures, whole.of(Epoch))) == list(map(_figures, again.of(Epoch)))


@pytest.mark.parametrize("changes", WAYS.values(), ids=WAYS)
def test_the_figures_of_an_epoch_are_of_the_digits_that_it_saw(
    bench: Benches, changes: dict[str, object]
) -> None:
    one = bench(**changes)
    one.train(2)
    curve, begun = step_curve.load(one.folder), 0
    for epoch in one.of(Epoch):
        part = slice(begun, epoch.step)
        digits = len(one.data.train)
        sizes = np.array(batch_sizes(one.spec.training, digits, begun, epoch.step))
        assert epoch.train_accuracy == pytest.approx(curve.accuracies[part] @ sizes / sizes.sum())
        assert epoch.train_loss == pytest.approx(curve.losses[part] @ sizes / sizes.sum())
        assert 0 < epoch.train_accuracy <= 1
        begun = epoch.step
    assert begun == one.session.steps


def test_an_epoch_goes_on_in_the_pass_where_the_last_one_ended(bench: Benches) -> None:
    one = bench(epoch_steps=3, epochs=4)
    chunks = _recorded(one)
    one.train(2)
    seen = np.concatenate([chunk.indices.ravel() for chunk in chunks])
    np.testing.assert_array_equal(seen, np.concatenate([epoch_order(42, n, 210) for n in range(3)]))
    # No chunk crosses the end of an epoch or of a pass; the smaller batch is alone.
    assert [chunk.indices.shape for chunk in chunks] == [
        (2, 64), (1, 64), (1, 18), (2, 64), (1, 64), (1, 18), (1, 64), (2, 64), (1, 18),
    ]  # fmt: skip


def test_only_batches_that_will_come_are_compiled(bench: Benches) -> None:
    one, compiled = bench(epoch_steps=2, epochs=1), []
    train = one.learner.train

    def record(chunk: Chunk) -> StepResults:
        if not len(chunk.indices):
            compiled.append(chunk.indices.shape)
        return train(chunk)

    one.learner.train = record  # type: ignore[method-assign]
    one.train()
    assert compiled == [(0, 64)]


def test_a_plateau_lowers_the_rate_when_validation_stagnates(bench: Benches) -> None:
    one = bench(**WAYS["a plateau"])
    one.train(2)
    epochs = one.of(Epoch)
    judged = [epoch.validation_accuracy for epoch in epochs]
    accuracies = [accuracy for accuracy in judged if accuracy is not None]
    assert accuracies == judged
    wanted = [
        learning_rate(one.spec.training, epoch.step - 1, 150, accuracies[:number])
        for number, epoch in enumerate(epochs)
    ]
    assert [epoch.learning_rate for epoch in epochs] == wanted
    assert len(set(wanted)) > 1


def test_every_step_gets_the_augmented_digits_of_its_indices(bench: Benches) -> None:
    one = bench(augmentation=MOVED)
    chunks = _recorded(one)
    one.train(2)
    step = 0
    for chunk in chunks:
        assert chunk.images is not None
        for images, indices in zip(chunk.images, chunk.indices, strict=True):
            plain = one.data.train.images[indices]
            np.testing.assert_array_equal(images, augmented(plain, MOVED, 42, step))
            step += 1
    assert step == 12


def test_a_learner_that_fails_leaves_no_thread_behind(bench: Benches) -> None:
    one = bench(augmentation=MOVED)
    train = one.learner.train

    def fail(chunk: Chunk) -> StepResults:
        steps = train(chunk)
        return StepResults(steps.losses * np.nan, steps.correct)

    one.learner.train = fail  # type: ignore[method-assign]
    with pytest.raises(TrainingFailed, match="step 1"):
        one.train(1)  # That no thread is left is seen by every test's own fixture.
