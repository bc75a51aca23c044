"""The parts of an explanation. All but the trace need only the interface of a learner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.attribution import Attribution, attribution
from mnist_studio.analysis.counterfactual import Counterfactual, counterfactual
from mnist_studio.analysis.nearest import Metric, Neighbor, feature_layer, features, nearest
from mnist_studio.explanation.explained_model import ExplainedModel
from mnist_studio.explanation.messages import Options, Part
from mnist_studio.explanation.trace import Trace, trace
from mnist_studio.explanation.understanding import (
    Ablation,
    ImageMap,
    Understanding,
    UnitImages,
)
from mnist_studio.frameworks.base import Array
from mnist_studio.spec.model import describe

Image = NDArray[np.uint8]
NEIGHBORS = 18


@dataclass(frozen=True)
class ExplanationInput:
    """An image and a model whose prediction is explained.

    Attributes:
        model: the trained network.
        image: (28, 28).
        options: that the user set.
        on_progress: receives the fraction done.
        is_cancelled: polled all the time.
    """

    model: ExplainedModel
    image: Image
    options: Options
    on_progress: Callable[[float], None]
    is_cancelled: Callable[[], bool]

    @property
    def prediction(self) -> int:
        """The predicted class."""
        return int(self.model.learner.logits(self.image[np.newaxis])[0].argmax())


@dataclass(frozen=True, eq=False)
class LayerView:
    """The activations of a layer.

    Attributes:
        name: such as ``conv1``.
        title: a readable description.
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
    """The training images nearest to the image, by the features before the last layer.

    Attributes:
        neighbors: the nearest first.
        images: (n, 28, 28), those of the neighbors.
        layer: whose output the features are.
        metric: of the distances.
        dataset: its title.
        count: number of compared images.
    """

    neighbors: tuple[Neighbor, ...]
    images: Image
    layer: str
    metric: Metric
    dataset: str
    count: int


@dataclass(frozen=True)
class PartKind:
    """How a part is computed, and its type. The result is None if cancelled."""

    result: type
    compute: Callable[[ExplanationInput], object | None]


def layers(given: ExplanationInput) -> Layers:
    """Activations and kernels of all layers."""
    model = given.model
    found = model.learner.activations(given.image[np.newaxis])
    return Layers(
        tuple(
            LayerView(
                report.name, report.title, found[report.name][0],
                model.weights.get(f"{report.name}.kernel"),
            )
            for report in describe(model.spec.model)
        )
    )  # fmt: skip


def attribute(given: ExplanationInput) -> Attribution | None:
    """Pixel attribution for a class, by default the predicted one."""
    digit = given.prediction if given.options.digit is None else given.options.digit
    model = given.model
    scaling = model.spec.model.scaling
    return attribution(model.learner, scaling, given.image, digit, is_cancelled=given.is_cancelled)


def change(given: ExplanationInput) -> Counterfactual | None:
    """The counterfactual: a small change that leads to another prediction."""
    return counterfactual(
        given.model.learner,
        given.model.spec.model.scaling,
        given.image,
        given.options.target,
        given.options.manner,
        given.is_cancelled,
    )


def neighbors(given: ExplanationInput) -> Nearest | None:
    """The nearest training images."""
    model, metric = given.model, given.options.metric
    known = model.features(given.on_progress, given.is_cancelled)
    if known is None:
        return None
    layer, _ = feature_layer(model.spec.model)
    feature = features(model.learner, layer, given.image[np.newaxis])[0]
    train = model.dataset.train
    found = nearest(known, train.labels, feature, NEIGHBORS, metric)
    images = train.images[[one.index for one in found]]
    return Nearest(found, images, layer, metric, model.dataset.title, len(known))


def step_by_step(given: ExplanationInput) -> Trace:
    """A trace of the network in NumPy, with one training step if requested."""
    model, options = given.model, given.options
    label = given.prediction if options.target_label is None else options.target_label
    return trace(
        model.spec, model.weights, given.image, model.folder, model.ref.step,
        label if options.train else None, options.learning_rate,
    )  # fmt: skip


def image_map(given: ExplanationInput) -> ImageMap | None:
    """The drawing among test images, as points in a plane."""
    return _understood(given).image_map(
        given.image, given.options, given.on_progress, given.is_cancelled
    )


def ablation(given: ExplanationInput) -> Ablation | None:
    """What changes if a part of the network is switched off, or its weights get noise."""
    return _understood(given).ablation(
        given.image, given.options, given.on_progress, given.is_cancelled
    )


def unit_images(given: ExplanationInput) -> UnitImages | None:
    """The test images that activate a unit most."""
    return _understood(given).unit_images(
        given.image, given.options, given.on_progress, given.is_cancelled
    )


def _understood(given: ExplanationInput) -> Understanding:
    """What is known of the network; it lives as long as the network itself."""
    known = given.model.understanding
    if not isinstance(known, Understanding):
        known = given.model.understanding = Understanding(given.model)
    return known


PARTS: Mapping[Part, PartKind] = MappingProxyType(
    {
        "layers": PartKind(Layers, layers),
        "attribution": PartKind(Attribution, attribute),
        "nearest": PartKind(Nearest, neighbors),
        "counterfactual": PartKind(Counterfactual, change),
        "trace": PartKind(Trace, step_by_step),
        "map": PartKind(ImageMap, image_map),
        "ablation": PartKind(Ablation, ablation),
        "unit": PartKind(UnitImages, unit_images),
    }
)

Value = Layers | Attribution | Nearest | Counterfactual | Trace | ImageMap | Ablation | UnitImages
