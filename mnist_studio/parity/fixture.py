"""What a proof of parity is made with: few digits, small batches, a learner for every framework."""

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
"""Networks with more multiplications a digit get the smaller batch."""
LEAST_LEARNT, MOST_LEARNT = 400, 2000
LEARNING_WORK = 24_000_000_000
"""Multiplications that the short training may take in each framework, if it is not too short."""
TESTED = 1000
CHUNK = 25
"""Steps a chunk at most; keeps the messages small."""


OpenLearner = Callable[
    [RunSpec, Weights, DeviceName, Callable[[], bool]], AbstractContextManager[Learner]
]
"""How a learner is had; ``RemoteLearner`` is one way."""


@dataclass(frozen=True)
class ParityFixture:
    """The digits of a proof.

    Attributes:
        title: which digits, for people.
        batch: digits a step.
        train: to learn from, whole batches.
        test: to be judged on.
    """

    title: str
    batch: int
    train: LabeledImages
    test: LabeledImages


@dataclass(frozen=True)
class Side:
    """One framework in the proof.

    Attributes:
        run: what it really learns: the faults in it, the batch small.
        learner: bound to the digits.
        maker: of its chunks.
    """

    run: RunSpec
    learner: Learner
    maker: ChunkMaker

    def begin(self, seed: int) -> None:
        """Starts again with the initial weights of that seed and a fresh optimizer."""
        training = self.run.training
        self.learner.load_weights(initial_weights(self.run.model, seed, training.precision))
        slots = {
            f"{name}/{slot}": np.zeros(shape, storage(training.precision))
            for name, shape in trainable_shapes(self.run.model).items()
            for slot in slot_names(training.optimizer)
        }
        self.learner.load_optimizer_state(OptimizerState(0, slots))

    def train(self, first: int, last: int) -> Array:
        """The losses of the steps ``first`` (from 0) to before ``last``, (last - first,)."""
        parts, step = [], first
        while step < last:
            most = min(CHUNK, self.learner.capacity, last - step)
            parts.append(self.learner.train(self.maker.make(step, most)).losses)
            step += len(parts[-1])
        return np.concatenate(parts)


def run_data(run: RunSpec, folder: Path | None = None) -> ParityFixture:
    """The digits for a proof: MNIST where the run asks for it and it is here.

    Raises:
        DataError: digits in a named folder are missing or damaged.
    """
    name = sources.default_dataset(folder) if run.dataset == "mnist" else run.dataset
    dataset = sources.load(name, folder)
    work = multiplications(run.model)
    batch = min(run.training.batch_size, SMALL_BATCH if work > WIDE else BATCH)
    learnt = min(MOST_LEARNT, max(LEAST_LEARNT, LEARNING_WORK // (3 * work)), len(dataset.train))
    return ParityFixture(
        title=dataset.title,
        batch=batch,
        train=dataset.train.take(np.arange(learnt // batch * batch)),
        test=dataset.test.take(np.arange(min(TESTED, len(dataset.test)))),
    )


def multiplications(model: ModelSpec) -> int:
    """Of weights with inputs, forward with one digit; backward takes twice as many."""
    return sum(
        prod(report.output[:-1]) * prod(shape)
        for report in describe(model)
        for name, shape in report.arrays.items()
        if name.endswith(".kernel")
    )


def reduced(run: RunSpec, framework: FrameworkName, precision: Precision, batch: int) -> RunSpec:
    """What a framework really learns in the proof: the faults in it, the batch small."""
    own = effective(replace(run, framework=framework, style="shared", continued_from=None))
    training = replace(own.training, precision=precision, batch_size=batch)
    # Sums round differently on another number of threads: a proof shall not depend on the
    # machine's, and batches as small as these gain little from them.
    return replace(own, training=training, threads=run.threads or 1)


@contextmanager
def opened(
    run: RunSpec,
    places: Mapping[FrameworkName, DeviceName],
    precision: Precision,
    material: ParityFixture,
    open_learner: OpenLearner,
    is_cancelled: Callable[[], bool],
) -> Iterator[Mapping[FrameworkName, Side]]:
    """A side for every framework, on its device; all start together and end with the block."""
    with ExitStack() as stack:
        sides: dict[FrameworkName, Side] = {}
        for name, device in places.items():
            own = reduced(run, name, precision, material.batch)
            weights = initial_weights(own.model, own.training.seed, precision)
            learner = stack.enter_context(open_learner(own, weights, device, is_cancelled))
            maker = ChunkMaker(own.model, own.training, material.train.images)
            sides[name] = Side(own, learner, maker)
        for side in sides.values():
            side.learner.bind(material.train.images, material.train.labels)
        yield sides
