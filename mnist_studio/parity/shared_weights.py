"""Shares trained weights between two frameworks and compares their accuracy and gradients.

This repeats an experiment of the source project that compares PyTorch with NumPy from scratch: with
the weights that PyTorch trained, NumPy has the same accuracy and the same gradients.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from mnist_studio.analysis.evaluation import predictions
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.parity.fixture import OpenLearner
from mnist_studio.parity.remote_learner import RemoteLearner
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.training.chunks import ChunkMaker

STEPS = 200
CHUNK = 50
TRAINED_ON = 10_000
"""The largest training set, to limit the memory of both processes."""


@dataclass(frozen=True, eq=False)
class GradientPair:
    """The gradient of one kernel in two frameworks.

    Attributes:
        layer: its name.
        numpy: in the canonical layout, dense (in, out).
        pytorch: in the same layout.
        difference: pytorch - numpy.
    """

    layer: str
    numpy: Array
    pytorch: Array
    difference: Array


@dataclass(frozen=True, eq=False)
class SharedWeights:
    """The results of two frameworks with the same trained weights.

    Attributes:
        images: number of test images.
        pytorch: correct predictions of PyTorch, which trained the weights.
        numpy: correct predictions of NumPy, which loaded the weights.
        pairs: the gradients of every kernel, on the first training batch.
    """

    images: int
    pytorch: int
    numpy: int
    pairs: tuple[GradientPair, ...]

    @property
    def same(self) -> bool:
        """Whether both have exactly the same accuracy."""
        return self.pytorch == self.numpy


def share_weights(
    run: RunSpec | None = None,
    steps: int = STEPS,
    data: Path | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    open_learner: OpenLearner = RemoteLearner,
) -> SharedWeights:
    """Trains a run briefly in PyTorch, loads the weights into NumPy and evaluates both.

    Takes seconds.

    Args:
        run: to train; ``bobnet`` by default.
        steps: of training.
        data: a folder with the dataset that the user named.
        is_cancelled: polled all the time.
        open_learner: opens the learner of a framework.

    Raises:
        DataError: the dataset in the named folder is missing or damaged.
        JobError: a framework is not installed or cannot compute the run.
        Cancelled: by the user.
    """
    run = effective(run or run_spec(RECIPES["bobnet"]))
    train, test = _images(run, data)
    maker = ChunkMaker(run.model, run.training, train.images)
    first = initial_weights(run.model, run.training.seed, run.training.precision)
    batch = train.take(maker.make(0, 1).indices[0])
    with (
        open_learner(replace(run, framework="pytorch"), first, "cpu", is_cancelled) as pytorch,
        open_learner(replace(run, framework="numpy"), first, "cpu", is_cancelled) as numpy,
    ):
        pytorch.bind(train.images, train.labels)
        _train(pytorch, maker, steps)
        numpy.load_weights(pytorch.weights())
        return SharedWeights(
            images=len(test),
            pytorch=_correct(pytorch, test),
            numpy=_correct(numpy, test),
            pairs=gradient_pairs(pytorch, numpy, batch),
        )


def gradient_pairs(
    pytorch: Learner, numpy: Learner, batch: LabeledImages
) -> tuple[GradientPair, ...]:
    """The gradients of every kernel on a batch, in the order of the layers."""
    theirs = pytorch.gradients(batch.images, batch.labels)
    ours = numpy.gradients(batch.images, batch.labels)
    return tuple(
        GradientPair(name.removesuffix(".kernel"), array, theirs[name], theirs[name] - array)
        for name, array in ours.items()
        if name.endswith(".kernel")
    )


def _images(run: RunSpec, data: Path | None) -> tuple[LabeledImages, LabeledImages]:
    """Training and test images; the built-in digits where MNIST is missing."""
    name = sources.default_dataset(data) if run.dataset == "mnist" else run.dataset
    dataset = sources.load(name, data)
    return dataset.train.take(np.arange(min(TRAINED_ON, len(dataset.train)))), dataset.test


def _train(learner: Learner, maker: ChunkMaker, steps: int) -> None:
    step = 0
    while step < steps:
        chunk = maker.make(step, min(CHUNK, learner.capacity, steps - step))
        step += len(learner.train(chunk).losses)


def _correct(learner: Learner, test: LabeledImages) -> int:
    return int(np.sum(predictions(learner.logits(test.images)) == test.labels))
