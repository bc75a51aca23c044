"""The parts of an explanation. All but the trace need only the interface of a learner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.attribution import Attribution, attribution
from mnist_studio.analysis.counterfactual import Counterfactual, counterfactual
from mnist_studio.analysis.nearest import Metric, Neighbor, feature_layer, features, nearest
from mnist_studio.explanation.messages import Options, Part
from mnist_studio.explanation.subject import ExplainedModel
from mnist_studio.explanation.trace import Trace, trace
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.model import describe

Image = NDArray[np.uint8]
NEIGHBOURS = 18


@dataclass(frozen=True)
class ExplanationInput:
    """A digit before a network.

    Attributes:
        subject: the network.
        image: (28, 28).
        options: that the user set.
        progress: gets the fraction done.
        is_cancelled: asked all the time.
    """

    subject: ExplainedModel
    image: Image
    options: Options
    progress: Callable[[float], None]
    is_cancelled: Callable[[], bool]

    @property
    def answer(self) -> int:
        """Of the network."""
        return int(self.subject.learner.logits(self.image[np.newaxis])[0].argmax())


@dataclass(frozen=True, eq=False)
class LayerView:
    """A layer with the digit in it.

    Attributes:
        name: such as ``conv1``.
        title: in words.
        output: (height, width, channel) or (units,).
        kernel: dense (in, out), convolution (height, width, in, out); None without one.
    """

    name: str
    title: str
    output: Array
    kernel: Array | None


@dataclass(frozen=True, eq=False)
class Layers:
    """All layers, in order."""

    layers: tuple[LayerView, ...]


@dataclass(frozen=True, eq=False)
class Nearest:
    """The training digits nearest to the digit, in the features before the last layer.

    Attributes:
        neighbors: the nearest first.
        images: (n, 28, 28), of them.
        layer: whose output the features are.
        metric: of the distances.
        digits: title of the data set.
        count: of digits that were compared.
    """

    neighbors: tuple[Neighbor, ...]
    images: Image
    layer: str
    metric: Metric
    digits: str
    count: int


@dataclass(frozen=True)
class PartKind:
    """How a part is computed, and what it is; None where it was cancelled."""

    made: type
    compute: Callable[[ExplanationInput], object | None]


def layers(asked: ExplanationInput) -> Layers:
    """Activations and kernels."""
    subject = asked.subject
    found = subject.learner.activations(asked.image[np.newaxis])
    return Layers(
        tuple(
            LayerView(
                report.name, report.title, found[report.name][0],
                subject.weights.get(f"{report.name}.kernel"),
            )
            for report in describe(subject.spec.model)
        )
    )  # fmt: skip


def attributed(asked: ExplanationInput) -> Attribution | None:
    """What speaks for a digit, the answer unless another is asked for."""
    digit = asked.answer if asked.options.digit is None else asked.options.digit
    subject = asked.subject
    scaling = subject.spec.model.scaling
    return attribution(
        subject.learner, scaling, asked.image, digit, is_cancelled=asked.is_cancelled
    )


def changed(asked: ExplanationInput) -> Counterfactual | None:
    """What would have to change."""
    return counterfactual(
        asked.subject.learner,
        asked.subject.spec.model.scaling,
        asked.image,
        asked.options.target,
        asked.options.manner,
        asked.is_cancelled,
    )


def neighbors(asked: ExplanationInput) -> Nearest | None:
    """The nearest training digits."""
    subject, metric = asked.subject, asked.options.metric
    known = subject.features(asked.progress, asked.is_cancelled)
    if known is None:
        return None
    layer, _ = feature_layer(subject.spec.model)
    feature = features(subject.learner, layer, asked.image[np.newaxis])[0]
    train = subject.dataset.train
    found = nearest(known, train.labels, feature, NEIGHBOURS, metric)
    images = train.images[[one.index for one in found]]
    return Nearest(found, images, layer, metric, subject.dataset.title, len(known))


def walked(asked: ExplanationInput) -> Trace:
    """NumPy's way through the network, and one training step."""
    subject, options = asked.subject, asked.options
    label = asked.answer if options.teach is None else options.teach
    return trace(
        subject.spec, subject.weights, asked.image, subject.folder, subject.model.step,
        label if options.train else None, options.rate,
    )  # fmt: skip


PARTS: Mapping[Part, PartKind] = MappingProxyType(
    {
        "layers": PartKind(Layers, layers),
        "attribution": PartKind(Attribution, attributed),
        "nearest": PartKind(Nearest, neighbors),
        "change": PartKind(Counterfactual, changed),
        "walk": PartKind(Trace, walked),
    }
)

Value = Layers | Attribution | Nearest | Counterfactual | Trace
