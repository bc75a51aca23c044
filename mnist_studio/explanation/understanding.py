"""What a whole network does with many images: a map of them, ablations, images of a unit.

Everything is computed on a sample: the first test images. The learner's interface is enough, so
every framework answers alike.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from mnist_studio.analysis import tsne
from mnist_studio.analysis.ablation import ablated, noisy, units_of
from mnist_studio.analysis.nearest import feature_layer
from mnist_studio.analysis.projection import Projection, principal_plane, projected
from mnist_studio.analysis.tsne import Embedding
from mnist_studio.data.images import LabeledImages
from mnist_studio.errors import JobError
from mnist_studio.explanation import tsne_maps
from mnist_studio.explanation.explained_model import ExplainedModel
from mnist_studio.explanation.messages import MapMethod, Options
from mnist_studio.frameworks.base import Array, Weights
from mnist_studio.spec.model import describe

SAMPLE = 1000
"""Test images at most. Their accuracy has a standard error of about 0.3 percentage points."""

SLICE = 250
STRONGEST = 12
"""Images that activate a unit most."""

INPUT = "input"
"""The space of the pixels themselves."""

Image = NDArray[np.uint8]
Points = NDArray[np.float32]
Progress = Callable[[float], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class LayerChoice:
    """A layer that the user can choose.

    Attributes:
        name: such as ``conv1``; ``input`` for the pixels.
        title: a readable description.
        units: number of its units or channels.
    """

    name: str
    title: str
    units: int


@dataclass(frozen=True, eq=False)
class ImageMap:
    """Images and the drawing as points in a plane.

    Attributes:
        points: (n, 2) of the images.
        drawing: (2,) of the drawing.
        labels: (n,) the true ones.
        predictions: (n,) of the network.
        images: (n, 28, 28).
        prediction: for the drawing.
        explained: share of the variance that the plane keeps, from 0 to 1; 0 with t-SNE.
        layer: whose outputs are projected.
        layers: to choose from.
        dataset: its title.
        method: that found the points.
        missing: why t-SNE cannot be chosen, and what to do; empty if it can.
    """

    points: NDArray[np.float32]
    drawing: NDArray[np.float32]
    labels: NDArray[np.uint8]
    predictions: NDArray[np.uint8]
    images: Image
    prediction: int
    explained: float
    layer: str
    layers: tuple[LayerChoice, ...]
    dataset: str
    method: MapMethod = "pca"
    missing: str = ""


@dataclass(frozen=True, eq=False)
class Ablation:
    """A network with a part switched off or with noise, and the same network without.

    Attributes:
        before: accuracy on the sample of the network as it is, a fraction.
        after: of the changed one.
        drawing_before: (10,) probabilities for the drawing by the network as it is.
        drawing_after: by the changed one.
        layer: that is switched off, as a whole or in part; empty for none.
        unit: of that layer, from 0; -1 for all units.
        noise: standard deviation of the noise, as a share of that of the weights.
        count: number of images in the sample.
        layers: to choose from.
        dataset: its title.
    """

    before: float
    after: float
    drawing_before: NDArray[np.float64]
    drawing_after: NDArray[np.float64]
    layer: str
    unit: int
    noise: float
    count: int
    layers: tuple[LayerChoice, ...]
    dataset: str


@dataclass(frozen=True, eq=False)
class UnitImages:
    """The images that activate a unit most.

    Attributes:
        images: (k, 28, 28), the strongest first.
        indices: (k,) among the test images.
        labels: (k,) the true ones.
        activations: (k,) of the unit; of a channel, the largest one in the feature map.
        drawing: activation for the drawing.
        mean: over the sample.
        layer: of the unit.
        unit: from 0.
        count: number of images in the sample.
        layers: to choose from.
        dataset: its title.
    """

    images: Image
    indices: NDArray[np.int64]
    labels: NDArray[np.uint8]
    activations: NDArray[np.float64]
    drawing: float
    mean: float
    layer: str
    unit: int
    count: int
    layers: tuple[LayerChoice, ...]
    dataset: str


class Understanding:
    """Answers questions on one network, and keeps what later questions need again."""

    def __init__(self, model: ExplainedModel) -> None:
        """Computes nothing yet."""
        self._model = model
        self._peaks: dict[str, Array] = {}
        self._planes: dict[str, tuple[Projection, NDArray[np.float64]]] = {}
        self._embeddings: dict[str, Embedding] = {}
        self._missing = tsne.missing()
        self._logits: Array | None = None

    @property
    def sample(self) -> LabeledImages:
        """The first test images."""
        test = self._model.dataset.test
        return test.take(np.arange(min(SAMPLE, len(test))))

    def layers(self, only_units: bool = False) -> tuple[LayerChoice, ...]:
        """The layers of the network; ``only_units`` leaves out those without weights."""
        weighted = units_of(self._model.spec.model)
        return tuple(
            LayerChoice(report.name, report.title, report.output[-1])
            for report in describe(self._model.spec.model)
            if not only_units or report.name in weighted
        )

    def image_map(
        self, image: Image, options: Options, on_progress: Progress, is_cancelled: IsCancelled
    ) -> ImageMap | None:
        """The map in the space that is chosen; None if cancelled.

        Without scikit-learn, it is that of PCA, and says why.
        """
        known = {choice.name for choice in self.layers()} | {INPUT}
        default = feature_layer(self._model.spec.model)[0]
        layer = options.layer if options.layer in known else default
        logits = self._sample_logits(on_progress, is_cancelled)
        if logits is None:
            return None
        method: MapMethod = "pca" if self._missing else options.map_method
        if method == "tsne":
            try:
                if not self._prepare_embedding(layer, on_progress, is_cancelled):
                    return None
            except JobError as error:
                self._missing, method = f"{error.problem} {error.remedy}", "pca"
        if method == "pca" and not self._prepare_plane(layer, on_progress, is_cancelled):
            return None
        sample = self.sample
        points, drawing, explained = self._places(method, layer, image)
        (answer,) = self._model.learner.logits(image[np.newaxis])
        choices = (LayerChoice(INPUT, "pixels", 784), *self.layers())
        return ImageMap(
            points, drawing, sample.labels,
            logits.argmax(axis=1).astype(np.uint8), sample.images, int(answer.argmax()),
            explained, layer, choices, self._model.dataset.title, method, self._missing,
        )  # fmt: skip

    def _places(self, method: MapMethod, layer: str, image: Image) -> tuple[Points, Points, float]:
        """(n, 2) of the images, (2,) of the drawing, and the share of the variance."""
        vector = self._vectors(layer, image[np.newaxis])
        if method == "tsne":
            embedding = self._embeddings[layer]
            return embedding.points, embedding.landing(vector[0]), 0.0
        plane, points = self._planes[layer]
        drawing = projected(plane, vector)[0]
        return points.astype(np.float32), drawing.astype(np.float32), sum(plane.explained)

    def ablation(
        self, image: Image, options: Options, on_progress: Progress, is_cancelled: IsCancelled
    ) -> Ablation | None:
        """The network with and without a part, or with noise; None if cancelled.

        A layer or unit that this network does not have is that of another one: it is ignored.
        """
        options = self._possible(options)
        before = self._sample_logits(on_progress, is_cancelled)
        if before is None:
            return None
        model, sample = self._model, self.sample
        drawing = model.learner.logits(image[np.newaxis])[0]
        changed = self._changed(options)
        try:
            model.learner.load_weights(changed)
            after = self._forward(sample.images, on_progress, is_cancelled)
            drawn = model.learner.logits(image[np.newaxis])[0]
        finally:
            model.learner.load_weights(model.weights)
        if after is None:
            return None
        return Ablation(
            _accuracy(before, sample.labels), _accuracy(after, sample.labels),
            _probabilities(drawing), _probabilities(drawn), options.layer, options.unit,
            options.noise, len(sample), self.layers(only_units=True), model.dataset.title,
        )  # fmt: skip

    def unit_images(
        self, image: Image, options: Options, on_progress: Progress, is_cancelled: IsCancelled
    ) -> UnitImages | None:
        """The images that activate a unit most; None if cancelled."""
        choices = self.layers()
        chosen = next((one for one in choices if one.name == options.layer), None)
        if chosen is None:
            default = feature_layer(self._model.spec.model)[0]
            chosen = next(one for one in choices if one.name == default)
        unit = min(max(options.unit, 0), chosen.units - 1)
        if not self._prepare_peaks(on_progress, is_cancelled):
            return None
        values = self._peaks[chosen.name][:, unit].astype(np.float64)
        order = np.argsort(-values, kind="stable")[:STRONGEST]
        sample = self.sample
        drawn = _peaks(self._model.learner.activations(image[np.newaxis])[chosen.name])
        return UnitImages(
            sample.images[order], order, sample.labels[order], values[order],
            float(drawn[0, unit]), float(values.mean()), chosen.name, unit, len(sample), choices,
            self._model.dataset.title,
        )  # fmt: skip

    def _possible(self, options: Options) -> Options:
        """The options without a layer or unit that this network does not have."""
        units = units_of(self._model.spec.model).get(options.layer, 0)
        if not units:
            return replace(options, layer="", unit=-1)
        return options if options.unit < units else replace(options, unit=-1)

    def _changed(self, options: Options) -> Weights:
        weights = self._model.weights
        if options.layer:
            weights = ablated(weights, options.layer, None if options.unit < 0 else options.unit)
        return noisy(weights, options.noise) if options.noise else weights

    def _sample_logits(self, on_progress: Progress, is_cancelled: IsCancelled) -> Array | None:
        if self._logits is None:
            self._logits = self._forward(self.sample.images, on_progress, is_cancelled)
        return self._logits

    def _forward(
        self, images: Image, on_progress: Progress, is_cancelled: IsCancelled
    ) -> Array | None:
        parts = []
        for start in range(0, len(images), SLICE):
            if is_cancelled():
                return None
            parts.append(self._model.learner.logits(images[start : start + SLICE]))
            on_progress(min(1.0, (start + SLICE) / len(images)))
        return np.concatenate(parts)

    def _vectors(self, layer: str, images: Image) -> Array:
        """(n, d): the outputs of a layer, or the gray levels from 0 to 1."""
        if layer == INPUT:
            return images.reshape(len(images), -1) / 255
        found = self._model.learner.activations(images)[layer]
        return found.reshape(len(found), -1).astype(np.float32)

    def _prepare_plane(self, layer: str, on_progress: Progress, is_cancelled: IsCancelled) -> bool:
        if layer in self._planes:
            return True
        vectors = self._sample_vectors(layer, on_progress, is_cancelled)
        if vectors is None:
            return False
        plane = principal_plane(vectors)
        self._planes[layer] = plane, projected(plane, vectors)
        return True

    def _prepare_embedding(
        self, layer: str, on_progress: Progress, is_cancelled: IsCancelled
    ) -> bool:
        if layer in self._embeddings:
            return True
        vectors = self._sample_vectors(layer, on_progress, is_cancelled)
        found = None if vectors is None else tsne_maps.shared().get(vectors, is_cancelled)
        if found is None:
            return False
        self._embeddings[layer] = found
        return True

    def _sample_vectors(
        self, layer: str, on_progress: Progress, is_cancelled: IsCancelled
    ) -> Array | None:
        """(n, d): of the sample; None if cancelled."""
        images, parts = self.sample.images, []
        for start in range(0, len(images), SLICE):
            if is_cancelled():
                return None
            parts.append(self._vectors(layer, images[start : start + SLICE]))
            on_progress(min(1.0, (start + SLICE) / len(images)))
        return np.concatenate(parts)

    def _prepare_peaks(self, on_progress: Progress, is_cancelled: IsCancelled) -> bool:
        if self._peaks:
            return True
        images = self.sample.images
        parts: dict[str, list[Array]] = {}
        for start in range(0, len(images), SLICE):
            if is_cancelled():
                return False
            found = self._model.learner.activations(images[start : start + SLICE])
            for name, output in found.items():
                parts.setdefault(name, []).append(_peaks(output))
            on_progress(min(1.0, (start + SLICE) / len(images)))
        self._peaks = {name: np.concatenate(several) for name, several in parts.items()}
        return True


def _peaks(output: Array) -> Array:
    """(n, units): of a feature map, the largest value of each channel."""
    return np.asarray(output.reshape(len(output), -1, output.shape[-1]).max(axis=1))


def _accuracy(logits: Array, labels: NDArray[np.uint8]) -> float:
    return float((logits.argmax(axis=1) == labels).mean())


def _probabilities(logits: Array) -> NDArray[np.float64]:
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(shifted / shifted.sum())
