"""NumPy's way through a trained network with one digit, and one training step on it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.frameworks.base import OptimizerState, Weights
from mnist_studio.frameworks.numpy_scratch import tracing
from mnist_studio.frameworks.numpy_scratch.trace import NetworkTrace, TrainingInput
from mnist_studio.frameworks.registry import framework_title
from mnist_studio.spec.layers import BatchNorm, Dropout
from mnist_studio.spec.run import FULL_BATCH, RunSpec, storage
from mnist_studio.store import artifacts
from mnist_studio.training.chunks import ChunkMaker


@dataclass(frozen=True, eq=False)
class Trace:
    """The way of a digit.

    Attributes:
        walk: every number.
        notes: sentences about what is as in training and what is not.
    """

    walk: NetworkTrace
    notes: tuple[str, ...]


def trace(
    run: RunSpec,
    weights: Weights,
    image: NDArray[np.uint8],
    folder: Path,
    trained: int,
    teach: int | None = None,
    rate: float | None = None,
) -> Trace:
    """The way of an image (28, 28) forward, and back if it shall be taught.

    Args:
        run: with the effect of its faults.
        weights: that it was trained to.
        image: the digit.
        folder: of the run, where its checkpoint has what the optimizer remembers.
        trained: steps.
        teach: label of one training step on this digit alone; None only answers.
        rate: of that step; the optimizer's own where None.

    Raises:
        StoreError: the checkpoint is damaged.
    """
    notes = list(_of_framework(run))
    if teach is None:
        return Trace(tracing.forward(run, weights, image), tuple(notes))
    state = _state(run, folder, trained)
    wanted = run.training.optimizer.learning_rate if rate is None else rate
    # With a digit's own statistics a batch-norm of vectors would be 0, and nothing would be learnt.
    teaching = TrainingInput(teach, wanted, state, _masks(run, image, trained), frozen=True)
    notes.extend(_of_step(run, state, rate is None))
    return Trace(tracing.step(run, weights, image, teaching), tuple(notes))


def _state(run: RunSpec, folder: Path, trained: int) -> OptimizerState | None:
    """What the optimizer remembers; None where no checkpoint is of these weights."""
    if not (folder / artifacts.CHECKPOINT).exists():
        return None
    checkpoint = artifacts.load_checkpoint(folder, run)
    return checkpoint.optimizer if checkpoint.step == trained else None


def _masks(run: RunSpec, image: NDArray[np.uint8], step: int) -> dict[str, NDArray[np.uint8]]:
    """(1, ...) of every dropout layer, those of the run's next step."""
    alone = replace(run.training, batch_size=FULL_BATCH, validation=0, augmentation=None)
    chunk = ChunkMaker(run.model, alone, image[np.newaxis]).make(step, 1)
    return {name: mask[0] for name, mask in chunk.masks.items()}


def _of_framework(run: RunSpec) -> tuple[str, ...]:
    if run.framework == "numpy":
        return ()
    kind = storage(run.training.precision)
    return (
        f"{framework_title(run.framework)} trained it. NumPy computes every step here, in {kind}.",
    )


def _of_step(run: RunSpec, state: OptimizerState | None, own_rate: bool) -> list[str]:
    """What a reader must know to believe the numbers."""
    training, notes = run.training, []
    kinds = {type(layer) for layer in run.model.layers}
    if state:
        notes.append(f"The optimizer remembers the {state.step:,} updates of the run.")
    else:
        notes.append("The run left nothing that its optimizer remembers: it begins anew.")
    if own_rate:
        notes.append("The learning rate is the optimizer's own, without its schedule.")
    if Dropout in kinds:
        notes.append("Dropout is on, with the masks of the run's next step.")
    if BatchNorm in kinds:
        notes.append(
            "Batch-norm keeps its running statistics: a single digit has none to speak of."
        )
    if training.clip:
        notes.append(f"Gradients are clipped, as in training: {training.clip}.")
    if training.bias_gradients == "summed":
        notes.append("Every bias of a layer gets the sum over all its biases, a fault.")
    return notes
