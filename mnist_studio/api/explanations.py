"""Explanations of predictions for scripts and notebooks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.attribution import Attribution
from mnist_studio.analysis.counterfactual import Counterfactual
from mnist_studio.api import html
from mnist_studio.api.processes import PROCESSES
from mnist_studio.errors import DataError, JobError, UsageError
from mnist_studio.explanation.explainer import PartResult
from mnist_studio.explanation.messages import Options, Part, PartUnavailable
from mnist_studio.explanation.parts import Layers, Nearest
from mnist_studio.formatting import class_noun, listed, percent
from mnist_studio.running.run_request import known
from mnist_studio.store.rows import Run

PARTS: tuple[Part, ...] = ("attribution", "layers", "nearest", "counterfactual")
"""What can be explained here; ``mnist-studio explain`` can do more."""

NEIGHBORS = 6
"""In what notebooks show."""


@dataclass(frozen=True, eq=False)
class Explained:
    """Why a run predicts a class. Parts that were not requested are None.

    Attributes:
        image: (28, 28), the explained image.
        class_names: of the run.
        attribution: what every pixel adds to the logit.
        layers: the activations of all layers.
        nearest: the training images with the most similar features.
        counterfactual: a small change that leads to another prediction.
    """

    image: NDArray[np.uint8]
    class_names: tuple[str, ...]
    attribution: Attribution | None = None
    layers: Layers | None = None
    nearest: Nearest | None = None
    counterfactual: Counterfactual | None = None

    def __repr__(self) -> str:
        """The parts."""
        return f"<Explanation: {', '.join(name for name in PARTS if getattr(self, name))}>"

    def _repr_html_(self) -> str:
        return html.card("Explanation", [], "".join(self._parts()))

    def _parts(self) -> Iterator[str]:
        yield html.picture(self.image, "The explained image")
        names = self.class_names
        if self.attribution:
            found = self.attribution
            yield html.signed_picture(found.integrated, "Pixel attribution")
            yield _text(f"Pixel attribution for {class_noun(names[found.digit])}: blue pixels "
                        "speak for it, red ones against it.")  # fmt: skip
        if self.counterfactual:
            changed = self.counterfactual
            target = class_noun(names[changed.target])
            yield html.picture(changed.after, "Counterfactual")
            yield _text(
                f"Counterfactual: changing {percent(changed.changed)} of the ink makes the model "
                f"predict {target}." if changed.found
                else f"Counterfactual: no change was found that makes the model predict {target}."
            )  # fmt: skip
        if self.nearest:
            near = zip(self.nearest.images[:NEIGHBORS], self.nearest.neighbors, strict=False)
            for image, neighbor in near:
                yield html.picture(image, f"Neighbor: {names[neighbor.label]}")
            labels = [names[one.label] for one in self.nearest.neighbors[:NEIGHBORS]]
            yield _text(f"Nearest neighbors among the training images: {listed(labels)}.")


def explained(
    run: Run, images: NDArray[np.uint8], parts: Sequence[Part], target: str | None
) -> Explained:
    """Explains a prediction in a child process; see ``StoredRun.explain``."""
    if len(images) != 1:
        raise DataError(
            f"One image can be explained at a time, got {len(images):,}.", "Pass one image."
        )
    for part in parts:
        if part not in PARTS:
            raise UsageError(f"There is no part “{part}”.", f"Choose from {listed(PARTS)}.")
    names = run.spec.class_names
    label = None if target is None else names.index(known("class", target, names))
    result = Explained(images[0], names)
    with PROCESSES.explainer() as explainer:
        for reply in explainer.explain(run, images[0], tuple(parts), Options(target=label)):
            if isinstance(reply, PartUnavailable):
                raise JobError(f"{reply.part}: {reply.problem}", reply.remedy)
            if isinstance(reply, PartResult):
                result = replace(result, **{reply.part: reply.value})  # type: ignore[arg-type]
    return result


def _text(sentence: str) -> str:
    return f"<p>{escape(sentence)}</p>"
