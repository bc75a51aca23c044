"""Gradients of two frameworks beside each other, and weights handed from one to the other.

The experiment of the source that compares PyTorch with NumPy from scratch: the weights that PyTorch
has learnt give NumPy the same accuracy, and both have the same gradients by them.
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
"""Digits at most, so that little is kept in two processes."""


@dataclass(frozen=True, eq=False)
class GradientPair:
    """The gradient by one kernel in two frameworks, for pictures beside each other.

    Attributes:
        layer: name.
        numpy: in the canonical layout, dense (in, out).
        pytorch: likewise.
        difference: pytorch - numpy.
    """

    layer: str
    numpy: Array
    pytorch: Array
    difference: Array


@dataclass(frozen=True, eq=False)
class SharedWeights:
    """What two frameworks make of the same learnt weights.

    Attributes:
        digits: tested.
        pytorch: digits answered rightly by PyTorch, which learnt.
        numpy: digits answered rightly by NumPy, which got the weights.
        pairs: the gradients by every kernel, over the first batch of the training.
    """

    digits: int
    pytorch: int
    numpy: int
    pairs: tuple[GradientPair, ...]

    @property
    def same(self) -> bool:
        """Whether both have the same accuracy, to the digit."""
        return self.pytorch == self.numpy


def share_weights(
    run: RunSpec | None = None,
    steps: int = STEPS,
    data: Path | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
    open_learner: OpenLearner = RemoteLearner,
) -> SharedWeights:
    """Trains a run shortly in PyTorch, hands its weights to NumPy and asks both. Takes seconds.

    Args:
        run: what is trained; ``bobnet`` if none.
        steps: of training.
        data: folder of digits named by the user.
        is_cancelled: asked all the time.
        open_learner: how a framework's learner is had.

    Raises:
        DataError: digits in a named folder are missing or damaged.
        JobError: a framework is not installed or cannot compute the run.
        Cancelled: by the user.
    """
    run = effective(run or run_spec(RECIPES["bobnet"]))
    train, test = _digits(run, data)
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
            digits=len(test),
            pytorch=_right(pytorch, test),
            numpy=_right(numpy, test),
            pairs=gradient_pairs(pytorch, numpy, batch),
        )


def gradient_pairs(
    pytorch: Learner, numpy: Learner, digits: LabeledImages
) -> tuple[GradientPair, ...]:
    """The gradients by every kernel over these digits, in the order of the layers."""
    theirs = pytorch.gradients(digits.images, digits.labels)
    ours = numpy.gradients(digits.images, digits.labels)
    return tuple(
        GradientPair(name.removesuffix(".kernel"), array, theirs[name], theirs[name] - array)
        for name, array in ours.items()
        if name.endswith(".kernel")
    )


def _digits(run: RunSpec, data: Path | None) -> tuple[LabeledImages, LabeledImages]:
    """To learn from and to test on: MNIST where the run asks for it and it is here."""
    name = sources.default_dataset(data) if run.dataset == "mnist" else run.dataset
    dataset = sources.load(name, data)
    return dataset.train.take(np.arange(min(TRAINED_ON, len(dataset.train)))), dataset.test


def _train(learner: Learner, maker: ChunkMaker, steps: int) -> None:
    step = 0
    while step < steps:
        chunk = maker.make(step, min(CHUNK, learner.capacity, steps - step))
        step += len(learner.train(chunk).losses)


def _right(learner: Learner, digits: LabeledImages) -> int:
    return int(np.sum(predictions(learner.logits(digits.images)) == digits.labels))
