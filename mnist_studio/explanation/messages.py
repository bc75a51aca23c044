"""The messages of the process that explains predictions."""

from typing import Literal

import msgspec
import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from mnist_studio.analysis.counterfactual import Manner
from mnist_studio.analysis.nearest import Metric
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.workers.task import Task

Part = Literal[
    "layers", "attribution", "nearest", "counterfactual", "trace", "map", "ablation", "unit"
]


MapMethod = Literal["pca", "tsne"]


class Options(msgspec.Struct, frozen=True):
    """What the user set.

    Attributes:
        digit: class whose logit is attributed; None for the predicted one.
        target: class of the counterfactual; None for the second most likely one.
        manner: how the counterfactual may change the image.
        metric: of distances to the nearest neighbors.
        train: whether NumPy computes a training step, and not only a forward pass.
        target_label: target label of that step; None for the predicted class.
        learning_rate: of that step; None for the run's own.
        layer: of the map, the ablation, or the unit; empty for the default, ``input`` for pixels.
        unit: of that layer, from 0; -1 for all units.
        noise: standard deviation of noise on the weights, as a share of theirs.
        map_method: how the map finds its plane.
    """

    digit: int | None = None
    target: int | None = None
    manner: Manner = "pen"
    metric: Metric = "euclidean"
    train: bool = False
    target_label: int | None = None
    learning_rate: float | None = None
    layer: str = ""
    unit: int = -1
    noise: float = 0.0
    map_method: MapMethod = "pca"


class ExplainRequest(msgspec.Struct, frozen=True):
    """A prediction to explain. A newer request ends the work on an older one.

    Attributes:
        engine: the framework that computes.
        model: the trained network.
        image: (28, 28).
        parts: of the explanation, in this order.
        options: that the user set.
        data: data folder named by the user; empty for the usual places.
    """

    engine: str
    model: ModelRef
    image: NDArray[np.uint8]
    parts: tuple[Part, ...]
    options: Options
    data: str = ""


class EncodedPart(msgspec.Struct, frozen=True, tag=True):
    """A part of the explanation.

    Attributes:
        part: its name.
        value: its encoded value, of the type ``parts.PARTS[part].result``.
    """

    part: Part
    value: Raw


class PartUnavailable(msgspec.Struct, frozen=True, tag=True):
    """A part that cannot be computed, why, and what to do."""

    part: Part
    problem: str
    remedy: str


class PartProgress(msgspec.Struct, frozen=True, tag=True):
    """How much of a part is done, from 0 to 1."""

    part: Part
    fraction: float


ExplainReply = EncodedPart | PartUnavailable | PartProgress

EXPLAIN: Task[ExplainRequest, ExplainReply, None] = Task(
    "mnist_studio.explanation.task.ExplainTask", ExplainReply, None
)
