"""What a parity check trains on: few images, small batches, and a learner for each framework."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from mnist_studio.data.datasets import sources
from mnist_studio.data.images import LabeledImages
from mnist_studio.frameworks.base import Array, Learner, OptimizerState, Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.model import ModelSpec, describe, trainable_shapes
from mnist_studio.spec.optimizers import slot_names
from mnist_studio.spec.run import DeviceName, FrameworkName, Precision, RunSpec, storage
from mnist_studio.training.chunks import ChunkMaker

BATCH, SMALL_BATCH = 8, 4
WIDE = 15_000_000
"""Networks with more multiplications for an image get the smaller batch."""
LEAST_TRAINED, MOST_TRAINED = 400, 2000
TRAINING_WORK = 24_000_000_000
"""Multiplications in the short training of each framework, unless that is too short."""
TESTED = 1000
CHUNK = 25
"""The largest number of steps in a chunk, to keep messages small."""


OpenLearner = Callable[
    [RunSpec, Weights, DeviceName, Callable[[], bool]], AbstractContextManager[Learner]
]
"""Opens a learner, as ``RemoteLearner`` does."""


@dataclass(frozen=True)
class ParityFixture:
    """The data of a check.

    Attributes:
        title: of the dataset.
        batch: images in a batch.
        train: the training images, in whole batches.
        test: the test images.
    """

    title: str
    batch: int
    train: LabeledImages
    test: LabeledImages


@dataclass(frozen=True)
class Side:
    """One framework in the check.

    Attributes:
        run: with its known bugs applied and a small batch.
        learner: bound to the training images.
        maker: makes its chunks.
    """

    run: RunSpec
    learner: Learner
    maker: ChunkMaker

    def begin(self, seed: int) -> None:
        """Restarts with the initial weights of a seed and a new optimizer."""
        training = self.run.training
        self.learner.load_weights(initial_weights(self.run.model, seed, training.precision))
        slots = {
            f"{name}/{slot}": np.zeros(shape, storage(training.precision))
            for name, shape in trainable_shapes(self.run.model).items()
            for slot in slot_names(training.optimizer)
        }
        self.learner.load_optimizer_state(OptimizerState(0, slots))

    def train(self, first: int, last: int) -> Array:
        """Trains from step ``first`` (from 0) to before ``last``; losses (last - first,)."""
        losses, step = [], first
        while step < last:
            most = min(CHUNK, self.learner.capacity, last - step)
            losses.append(self.learner.train(self.maker.make(step, most)).losses)
            step += len(losses[-1])
        return np.concatenate(losses)


def run_data(run: RunSpec, folder: Path | None = None) -> ParityFixture:
    """The data for a check: the run's dataset, or the built-in digits where MNIST is missing.

    Raises:
        DataError: the dataset in the named folder is missing or damaged.
    """
    name = sources.default_dataset(folder) if run.dataset == "mnist" else run.dataset
    dataset = sources.load(name, folder)
    work = multiplications(run.model)
    batch = min(run.training.batch_size, SMALL_BATCH if work > WIDE else BATCH)
    trained = min(MOST_TRAINED, max(LEAST_TRAINED, TRAINING_WORK // (3 * work)), len(dataset.train))
    return ParityFixture(
        title=dataset.title,
        batch=batch,
        train=dataset.train.take(np.arange(trained // batch * batch)),
        test=dataset.test.take(np.arange(min(TESTED, len(dataset.test)))),
    )


def multiplications(model: ModelSpec) -> int:
    """Multiplications in the forward pass of one image. The backward pass takes twice as many."""
    return sum(
        prod(report.output[:-1]) * prod(shape)
        for report in describe(model)
        for name, shape in report.arrays.items()
        if name.endswith(".kernel")
    )


def reduced(run: RunSpec, framework: FrameworkName, precision: Precision, batch: int) -> RunSpec:
    """The run that a framework trains in the check: known bugs applied, with a small batch."""
    own = effective(replace(run, framework=framework, style="shared", continued_from=None))
    training = replace(own.training, precision=precision, batch_size=batch)
    # The number of threads changes how sums round. The check must not depend on the machine, and
    # small batches gain little from threads.
    return replace(own, training=training, threads=run.threads or 1)


@contextmanager
def opened(
    run: RunSpec,
    devices: Mapping[FrameworkName, DeviceName],
    precision: Precision,
    fixture: ParityFixture,
    open_learner: OpenLearner,
    is_cancelled: Callable[[], bool],
) -> Iterator[Mapping[FrameworkName, Side]]:
    """A side for each framework on its device. All start together and end with the block."""
    with ExitStack() as stack:
        sides: dict[FrameworkName, Side] = {}
        for name, device in devices.items():
            own = reduced(run, name, precision, fixture.batch)
            weights = initial_weights(own.model, own.training.seed, precision)
            learner = stack.enter_context(open_learner(own, weights, device, is_cancelled))
            maker = ChunkMaker(own.model, own.training, fixture.train.images)
            sides[name] = Side(own, learner, maker)
        for side in sides.values():
            side.learner.bind(fixture.train.images, fixture.train.labels)
        yield sides
