"""The seam to a run as written: a script that trains by itself, and what watches it from outside.

A script is an ordinary module made by ``mnist_studio.codegen``. Nothing of it is changed: its
functions are called as they stand, and what they are given and return is heard on the way.
"""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_studio.events import PhaseName
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.run import RunSpec

Score = tuple[float, float]
"""Loss and accuracy."""


class ScriptObserver(Protocol):
    """Hears what a script does. Each method may raise, which ends the script."""

    def enter(self, phase: PhaseName) -> None:
        """The script trains, or evaluates, from now on."""

    def step(self, loss: float, correct: int, digits: int) -> None:
        """An update was made: mean loss of its batch before it, digits answered rightly, of all."""

    def breathe(self) -> None:
        """A batch was evaluated."""

    def epoch(self, validation: Score | None) -> None:
        """An epoch was trained and, where there are validation digits, validated by the script."""


class Script(Protocol):
    """A script of one framework as a module, and the network that it trains."""

    def __init__(self, module: ModuleType, run: RunSpec, digits: int) -> None:
        """Takes the module of ``run``, which will train on that many digits."""

    def train(self, data: Path, watcher: ScriptObserver) -> None:
        """Runs its ``main`` on a folder of digits from beginning to end."""

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """As ``Learner.logits``, of the network as it stands."""

    def weights(self) -> Weights:
        """Copies of all weights in the canonical layout."""


def heard(
    module: ModuleType,
    name: str,
    before: Callable[[], None] | None = None,
    after: Callable[..., None] | None = None,
) -> None:
    """Lets calls of a module's function be heard.

    Args:
        module: the script.
        name: of the function in it.
        before: called before it.
        after: gets what it returned and what it was called with.
    """
    function: Callable[..., Any] = getattr(module, name)

    def listening(*arguments: Any, **options: Any) -> Any:
        if before:
            before()
        result = function(*arguments, **options)
        if after:
            after(result, *arguments, **options)
        return result

    setattr(module, name, listening)
