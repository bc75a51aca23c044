"""A native NumPy script."""

from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Weights, normalize
from mnist_studio.frameworks.native_script import (
    Score,
    ScriptObserver,
    observe_calls,
    observe_loading,
)
from mnist_studio.spec.run import RunSpec


class NativeScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, images: int) -> None:
        self._module = module
        self._run = run
        self._forward = module.forward
        self._parameters: dict[str, Array] = {}

    def train(self, data: Path, observer: ScriptObserver) -> None:
        """See ``Script.train``."""

        def report_step(result: tuple[float, int], *arguments: Array, **_: object) -> None:
            loss, correct = result
            observer.step(float(loss), int(correct), len(arguments[3]))

        script = self._module
        observe_loading(script, observer)
        observe_calls(script, "build_model", after=self._built)
        observe_calls(
            script, "train_step", before=lambda: observer.enter("train"), after=report_step
        )
        observe_calls(script, "evaluate", before=lambda: observer.enter("evaluate"))
        observe_calls(script, "forward", before=observer.batch_evaluated)
        observe_calls(
            script, "report", after=lambda *_, **scores: observer.epoch(_validation(scores))
        )
        script.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``."""
        inputs = normalize(images, self._run.model.scaling, self._run.training.precision)
        logits: Array = self._forward(self._parameters, inputs[..., np.newaxis])[0]
        return logits

    def weights(self) -> Weights:
        """See ``Script.weights``. The script uses the canonical names and layout."""
        return {name: array.copy() for name, array in self._parameters.items()}

    def _built(self, parameters: dict[str, Array], _: object) -> None:
        self._parameters = parameters


def _validation(scores: dict[str, Score]) -> Score | None:
    """Python numbers instead of the script's NumPy numbers."""
    if "validation" not in scores:
        return None
    loss, accuracy = scores["validation"]
    return float(loss), float(accuracy)
