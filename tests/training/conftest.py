"""A training of the built-in digits in this process, by NumPy if nothing else is said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import pytest

from mnist_studio.data.datasets import builtin
from mnist_studio.data.pipeline.batches import split
from mnist_studio.events import Epoch, Event, Finished, Stopped
from mnist_studio.frameworks.base import Learner, Weights
from mnist_studio.frameworks.initialization import initial_weights
from mnist_studio.frameworks.numpy_scratch.learner import NumpyLearner
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import RunSpec
from mnist_studio.store import artifacts
from mnist_studio.training.clock import PhaseClock
from mnist_studio.training.loop import Training
from mnist_studio.training.session import Control, DataSplit, TrainingSession
from tests.error_sentences import errors_are_sentences

__all__ = ["errors_are_sentences"]

Kind = TypeVar("Kind", bound=Event)


class Sizer:
    """Chunks of the given numbers of steps, in turn, whatever time they take."""

    def __init__(self, *sizes: int) -> None:
        self._sizes = sizes
        self._chunks = 0

    @property
    def steps(self) -> int:
        return self._sizes[self._chunks % len(self._sizes)]

    def update(self, steps: int, seconds: float) -> None:
        self._chunks += 1


OnEvent = Callable[[Event, Control], None]


def ignore(event: Event, control: Control) -> None:
    """Ignores an event."""


@dataclass
class Bench:
    """A session with its learner, and all its events."""

    spec: RunSpec
    folder: Path
    data: DataSplit
    on_event: OnEvent = ignore
    made: Callable[[RunSpec, Weights], Learner] = NumpyLearner
    control: Control = field(default_factory=Control)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = TrainingSession(
            run="run",
            spec=self.spec,
            data=self.data,
            folder=self.folder,
            device="CPU",
            clock=PhaseClock("import"),
            control=self.control,
            on_event=self._take,
        )
        training = self.spec.training
        weights = initial_weights(self.spec.model, training.seed, training.precision)
        self.learner = self.made(self.spec, weights)

    def train(self, *sizes: int, resume: bool = False) -> Finished | Stopped:
        training = Training(self.session, self.learner)
        if sizes:
            training._sizer = Sizer(*sizes)  # type: ignore[assignment]
        training.prepare()
        if resume:
            checkpoint = artifacts.load_checkpoint(self.folder, self.spec)
            training.resume(checkpoint, self.of(Epoch))
        return training.run()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event, self.control)


Benches = Callable[..., Bench]


@pytest.fixture(scope="session")
def digits() -> DataSplit:
    """210 training images, which batches of 64 do not divide, and 60 test images."""
    dataset = builtin.load()
    return DataSplit(dataset.train.take(np.arange(210)), None, dataset.test.take(np.arange(60)))


@pytest.fixture
def spec() -> RunSpec:
    """Three epochs of four steps, the fourth with 18 digits."""
    spec = run_spec(RECIPES["tiny-10"])
    training = msgspec.structs.replace(spec.training, epochs=3)
    return msgspec.structs.replace(spec, training=training, framework="numpy")


@pytest.fixture
def bench(tmp_path: Path, spec: RunSpec, digits: DataSplit) -> Benches:
    """Makes benches; ``training`` changes of the spec's training, the rest of the bench."""

    def made(
        name: str = "run",
        model: ModelSpec | None = None,
        folder: Path | None = None,
        on_event: OnEvent = ignore,
        **changes: object,
    ) -> Bench:
        folder = folder or tmp_path / name
        folder.mkdir(exist_ok=True)
        training = msgspec.structs.replace(spec.training, **changes)
        chosen = msgspec.structs.replace(spec, training=training, model=model or spec.model)
        train, validation = split(digits.train, training.validation, training.seed)
        parts = DataSplit(train, validation, digits.test)
        return Bench(chosen, folder, parts, on_event)

    return made


def same_weights(one: Learner, other: Learner) -> bool:
    first, second = one.weights(), other.weights()
    return all(np.array_equal(first[name], second[name]) for name in first.keys() | second.keys())
