"""What the engines behind the predictors share: the question, the models, and what they tell."""

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
Held = dict[str, dict[str, ModelRef]]
"""Models by framework and run."""


@dataclass(frozen=True)
class Prediction:
    """One model's answer to one image, or to several digits side by side.

    Attributes:
        request: number that ``ask`` gave.
        run: id of the model's run.
        framework: of the run.
        engine: the framework that really computed; ``numpy`` stands in for others.
        probabilities: of the ten digits, for the first image.
        milliseconds: the forward pass took.
        others: likewise, for the images after the first.
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
        """The ten probabilities of every image."""
        return (self.probabilities, *self.others)

    def at(self, place: int) -> tuple[float, ...]:
        """The ten probabilities of the digit at a place, the last where there are fewer."""
        return self.digits[min(place, len(self.others))]


@dataclass(frozen=True)
class EngineState:
    """How far the child of a framework is.

    Attributes:
        framework: its name.
        state: ``cold`` before it is needed and after it left, ``missing`` if not installed.
        text: why it failed or left, or which model it cannot use; empty if all is well.
    """

    framework: str
    state: State
    text: str = ""


OnAnswer = Callable[[Prediction], None]
OnState = Callable[[EngineState], None]


@dataclass
class PredictionState:
    """What all engines look at; guarded by ``changed``."""

    changed: Condition = field(default_factory=Condition)
    request: int = 0
    images: Images = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    models: Held = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    closing: bool = False


@dataclass(frozen=True)
class PredictionRequest:
    """A request and the models that shall answer it, by framework."""

    request: int
    images: Images
    models: Held
