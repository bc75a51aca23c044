"""A step-by-step trace of a trained network in NumPy, and of one training step."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.frameworks.base import OptimizerState, Weights
from mnist_studio.frameworks.numpy_scratch import tracing
from mnist_studio.frameworks.numpy_scratch.traced_arrays import NetworkTrace, TrainingInput
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.layers import BatchNorm, Dropout
from mnist_studio.spec.optimizers import effective_decay
from mnist_studio.spec.run import DIGITS, FULL_BATCH, RunSpec, storage
from mnist_studio.store import artifacts
from mnist_studio.training.chunks import ChunkMaker


@dataclass(frozen=True, eq=False)
class Trace:
    """A trace of one image.

    Attributes:
        network: all arrays.
        notes: sentences on what differs from the training of the run.
        class_names: of the run.
    """

    network: NetworkTrace
    notes: tuple[str, ...]
    class_names: tuple[str, ...] = DIGITS


def trace(
    run: RunSpec,
    weights: Weights,
    image: NDArray[np.uint8],
    folder: Path,
    trained: int,
    target_label: int | None = None,
    learning_rate: float | None = None,
) -> Trace:
    """Traces an image (28, 28) forward and, with a target label, through a training step.

    Args:
        run: with its known bugs applied.
        weights: trained.
        image: gray levels.
        folder: of the run, whose checkpoint has the state of the optimizer.
        trained: steps that the weights were trained for.
        target_label: of a training step on this image alone; None for a forward pass only.
        learning_rate: of that step; None for the optimizer's own.

    Raises:
        StoreError: the checkpoint is damaged.
    """
    notes = list(_of_framework(run))
    if target_label is None:
        return Trace(tracing.forward(run, weights, image), tuple(notes), run.class_names)
    state = _state(run, folder, trained, weights)
    own_rate = run.training.optimizer.learning_rate
    rate = own_rate if learning_rate is None else learning_rate
    # With the statistics of one image, a batch-norm of vectors outputs 0 and cannot be trained.
    target = TrainingInput(target_label, rate, state, _masks(run, image, trained), frozen=True)
    notes.extend(_of_step(run, state, learning_rate is None))
    return Trace(tracing.step(run, weights, image, target), tuple(notes), run.class_names)


def _state(run: RunSpec, folder: Path, trained: int, weights: Weights) -> OptimizerState | None:
    """The state of the optimizer; None without a checkpoint of these weights.

    A run can end with the weights of its best epoch or with averaged ones, and its checkpoint is of
    the last step.
    """
    if not (folder / artifacts.CHECKPOINT).exists():
        return None
    checkpoint = artifacts.load_checkpoint(folder, run)
    if checkpoint.step != trained:
        return None
    if (checkpoint.best or checkpoint.average) and not all(
        np.array_equal(weights[name], array) for name, array in checkpoint.weights.items()
    ):
        return None
    return checkpoint.optimizer


def _masks(run: RunSpec, image: NDArray[np.uint8], step: int) -> dict[str, NDArray[np.uint8]]:
    """The masks (1, ...) of every dropout layer in the run's next step."""
    alone = replace(run.training, batch_size=FULL_BATCH, validation=0, augmentation=None)
    chunk = ChunkMaker(run.model, alone, image[np.newaxis]).make(step, 1)
    return {name: mask[0] for name, mask in chunk.masks.items()}


def _of_framework(run: RunSpec) -> tuple[str, ...]:
    if run.framework == "numpy":
        return ()
    kind = storage(run.training.precision)
    return (
        f"{framework_title(run.framework)} trained this model. NumPy computes the trace in {kind}.",
    )


def _of_step(run: RunSpec, state: OptimizerState | None, own_rate: bool) -> list[str]:
    """What differs from the training of the run."""
    training, notes = run.training, []
    kinds = {type(layer) for layer in run.model.layers}
    if state:
        notes.append(f"The optimizer starts from its state after {state.step:,} updates.")
    else:
        notes.append("The run has no optimizer state, so the optimizer starts with zeros.")
    if own_rate:
        notes.append("The optimizer's learning rate is used without a schedule.")
    if Dropout in kinds:
        notes.append("Dropout is on, with the masks of the run's next step.")
    if BatchNorm in kinds:
        notes.append(
            "Batch normalization uses its running statistics because one image has no useful "
            "statistics."
        )
    if training.clip:
        notes.append(f"Gradients are clipped as in training: {training.clip}.")
    if effective_decay(training.optimizer, training.weight_decay):
        notes.append("Weight decay of the kernels is applied as in training.")
    if training.bias_gradients == "summed":
        notes.append("Known bug: every bias of a layer gets the sum of all its bias gradients.")
    return notes
