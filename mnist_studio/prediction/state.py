"""What all prediction engines share: the request, the models, and what they report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnist_studio.prediction.messages import ModelRef

Images = NDArray[np.uint8]
"""(n, 28, 28)."""

State = Literal["cold", "starting", "warm", "missing", "failed"]
ModelsByFramework = dict[str, dict[str, ModelRef]]
"""Models by framework and run."""


@dataclass(frozen=True)
class Prediction:
    """One model's prediction for one image, or for the digits of a number.

    Attributes:
        request: number that ``Predictors.predict`` gave.
        run: id of the model's run.
        framework: of the run.
        engine: the framework that computed; ``numpy`` where another one was not ready.
        probabilities: of the ten classes, for the first image.
        milliseconds: the forward pass took.
        others: of the ten classes, for each further image.
    """

    request: int
    run: str
    framework: str
    engine: str
    probabilities: tuple[float, ...]
    milliseconds: float
    others: tuple[tuple[float, ...], ...] = ()

    @property
    def digits(self) -> tuple[tuple[float, ...], ...]:
        """The ten probabilities for every image."""
        return (self.probabilities, *self.others)

    def at(self, place: int) -> tuple[float, ...]:
        """The ten probabilities for the image at that index, or for the last one."""
        return self.digits[min(place, len(self.others))]


@dataclass(frozen=True)
class EngineState:
    """The state of one framework's engine.

    Attributes:
        framework: its name.
        state: ``cold`` without a process, ``warm`` with one that has answered, ``missing`` if the
            framework is not installed.
        text: why it failed or ended, or which model it cannot load; empty if all is well.
    """

    framework: str
    state: State
    text: str = ""


OnPrediction = Callable[[Prediction], None]
OnState = Callable[[EngineState], None]


@dataclass
class PredictionState:
    """What all engines read, guarded by ``changed``."""

    changed: Condition = field(default_factory=Condition)
    request: int = 0
    images: Images = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    models: ModelsByFramework = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    closing: bool = False


@dataclass(frozen=True)
class PredictionRequest:
    """A request and the models that answer it, by framework."""

    request: int
    images: Images
    models: ModelsByFramework
