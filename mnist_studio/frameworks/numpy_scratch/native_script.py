"""A NumPy script as it is written."""

from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.frameworks.native_script import Score, ScriptObserver, heard
from mnist_studio.frameworks.normalization import normalize
from mnist_studio.spec.run import RunSpec


class WrittenScript:
    """See ``frameworks.native_script.Script``."""

    def __init__(self, module: ModuleType, run: RunSpec, digits: int) -> None:
        self._module = module
        self._run = run
        self._forward = module.forward
        self._parameters: dict[str, Array] = {}

    def train(self, data: Path, watcher: ScriptObserver) -> None:
        """See ``Script.train``."""

        def stepped(result: tuple[float, int], *given: Array, **_: object) -> None:
            loss, right = result
            watcher.step(float(loss), int(right), len(given[3]))

        script = self._module
        heard(script, "build_model", after=self._built)
        heard(script, "train_step", before=lambda: watcher.enter("train"), after=stepped)
        heard(script, "evaluate", before=lambda: watcher.enter("evaluate"))
        heard(script, "forward", before=watcher.breathe)
        heard(script, "report", after=lambda *_, **scores: watcher.epoch(_validation(scores)))
        script.main(str(data))

    def logits(self, images: NDArray[np.uint8]) -> Array:
        """See ``Script.logits``."""
        inputs = normalize(images, self._run.model.scaling, self._run.training.precision)
        answers: Array = self._forward(self._parameters, inputs[..., np.newaxis])[0]
        return answers

    def weights(self) -> Weights:
        """See ``Script.weights``; the script has the canonical names and layout."""
        return {name: array.copy() for name, array in self._parameters.items()}

    def _built(self, parameters: dict[str, Array], _: object) -> None:
        self._parameters = parameters


def _validation(scores: dict[str, Score]) -> Score | None:
    """As Python's numbers; the script's are NumPy's."""
    if "validation" not in scores:
        return None
    loss, accuracy = scores["validation"]
    return float(loss), float(accuracy)
