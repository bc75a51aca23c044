"""A learner that a warm process has built and compiled for the run that may follow.

Keras compiles a network for its layers, its batch size, and the number of images, which takes
longer than all other work before the first step. The learner is used only if the run describes the
same network and training, and for one run only.
"""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from mnist_studio.data.images import Dataset
from mnist_studio.data.pipeline.reduction import reduced_count
from mnist_studio.frameworks.base import Device, Framework, Learner, Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.running.memory import needed_bytes
from mnist_studio.spec.model import IMAGE_SHAPE, ModelSpec
from mnist_studio.spec.run import RunSpec, TrainingSpec
from mnist_studio.spec.steps import batch_sizes
from mnist_studio.training import evaluation
from mnist_studio.training.chunks import ChunkMaker

MOST_BYTES = 1 << 30
"""The memory of the largest training that is prepared; a process may wait for hours."""

MOST_LEARNERS = 8
"""Learners that a process builds: frameworks keep some memory of every one that they compiled."""


@dataclass(frozen=True)
class _Prepared:
    wanted: tuple[ModelSpec, TrainingSpec, int]
    device: Device
    learner: Learner


_prepared: _Prepared | None = None
_built = 0


def prepare(framework: Framework, spec: RunSpec, dataset: Dataset | None) -> bool:
    """Builds and compiles a learner for ``take``, unless it is ready.

    Args:
        framework: of the learner.
        spec: of the run that may follow, with its known bugs applied.
        dataset: of the run; None if it is not known. The compiled steps depend on its size.

    Returns:
        Whether one is ready. None is built for native scripts, which build their own networks, for
        trainings that need much memory, and after ``MOST_LEARNERS``.
    """
    global _prepared, _built  # noqa: PLW0603 - a warm process waits for one run
    device = framework.devices()[0]
    if _prepared and (_prepared.wanted, _prepared.device) == (_wanted(spec), device):
        return True
    _prepared = None
    worthwhile = spec.style == "shared" and needed_bytes(spec) <= MOST_BYTES
    if not worthwhile or _built >= MOST_LEARNERS or framework.problems(spec):
        return False
    _built += 1
    learner = framework.learner(spec, _weights(spec), device)
    _compile(learner, spec, _image_count(spec, dataset))
    _prepared = _Prepared(_wanted(spec), device, learner)
    return True


def take(spec: RunSpec, device: Device) -> Learner | None:
    """The learner that was built for such a run, with the initial weights of this one.

    Args:
        spec: of the run, with its known bugs applied.
        device: that trains it.

    Returns:
        None if there is none. It is another learner the next time.
    """
    global _prepared
    prepared, _prepared = _prepared, None
    if prepared is None or (prepared.wanted, prepared.device) != (_wanted(spec), device):
        return None
    prepared.learner.load_weights(_weights(spec))
    return prepared.learner


def _wanted(spec: RunSpec) -> tuple[ModelSpec, TrainingSpec, int]:
    """What a learner depends on. The seed is that of its weights, which are loaded later."""
    return spec.model, replace(spec.training, seed=0, epochs=1), spec.threads


def _weights(spec: RunSpec) -> Weights:
    return initial_weights(spec.model, spec.training.seed, spec.training.precision)


def _image_count(spec: RunSpec, dataset: Dataset | None) -> int:
    """The size of the training set, except for the user's own images."""
    whole = len(dataset.train) if dataset else spec.training.validation + 1
    used = reduced_count(whole - spec.training.validation, spec.training.training_fraction)
    return max(1, used) + spec.handwriting_styles


def _compile(learner: Learner, spec: RunSpec, count: int) -> None:
    """Compiles by a chunk without steps on blank images, which changes no weight."""
    images = np.zeros((count, *IMAGE_SHAPE[:2]), np.uint8)
    labels = np.zeros(count, np.uint8)
    learner.bind(images, labels)
    maker = ChunkMaker(spec.model, spec.training, images)
    learner.train(maker.empty(batch_sizes(spec.training, count, 0, 1)[0]))
    learner.logits(images[: evaluation.SLICE])
    learner.synchronize()
    # The blank images need as much memory as a dataset.
    learner.bind(images[:1], labels[:1])
