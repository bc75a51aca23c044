"""Learners of NumPy in this process in place of those in children: as wrong as is wanted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Array, Chunk, Device, Learner, StepResults, Weights
from mnist_studio.spec.run import DeviceName, RunSpec

Wrong = Callable[[Learner], Any]


def here(
    wrong: Mapping[str, Wrong] | None = None,
) -> Callable[..., AbstractContextManager[Learner]]:
    """Opens every framework as NumPy; those in ``wrong`` behind what their function makes of it."""

    @contextmanager
    def opened(
        run: RunSpec, weights: Weights, device: DeviceName, is_cancelled: Callable[[], bool]
    ) -> Iterator[Learner]:
        learner = registry.load("numpy").learner(run, weights, Device(device, "CPU"))
        make: Wrong = (wrong or {}).get(run.framework, lambda same: same)
        yield make(learner)

    return opened


class Behind:
    """A learner through which everything goes to another, but for what a test overrides."""

    def __init__(self, learner: Learner) -> None:
        self._learner = learner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._learner, name)


class OtherWeights(Behind):
    """Starts from weights that are a little off."""

    def load_weights(self, weights: Weights) -> None:
        self._learner.load_weights({name: array * (1 + 1e-6) for name, array in weights.items()})

    def __init__(self, learner: Learner) -> None:
        super().__init__(learner)
        self.load_weights(learner.weights())


class OtherRate(Behind):
    """Learns a little faster from some step on."""

    def __init__(self, learner: Learner, part: float = 1e-6) -> None:
        super().__init__(learner)
        self._part = part

    def train(self, chunk: Chunk) -> StepResults:
        faster = chunk.rates * (1 + self._part)
        return self._learner.train(Chunk(chunk.indices, faster, chunk.masks, chunk.images))


class OtherGradient(Behind):
    """The gradient of one array is a little off."""

    def gradients(self, images: Array, labels: Array) -> Weights:
        found = dict(self._learner.gradients(images, labels))
        found["dense2.bias"] = found["dense2.bias"] + 1e-3 * np.abs(found["dense2.bias"]).max()
        return found
