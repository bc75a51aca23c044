"""A trained network to explain, with cached results that later requests need again."""

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.nearest import feature_layer, features
from mnist_studio.data.datasets import sources
from mnist_studio.data.images import Dataset
from mnist_studio.errors import StoreError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner, Weights
from mnist_studio.prediction.messages import ModelRef
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.spec import codec
from mnist_studio.spec.known_bugs import effective
from mnist_studio.spec.run import answers_digits
from mnist_studio.store import artifacts
from mnist_studio.store import features as cache
from mnist_studio.store.features import FeatureSource

MOST_IMAGES = 10_000
MOST_VALUES = 4_000_000
"""Values in all feature vectors together, 16 MB. It limits the number of long vectors."""

SLICE = 250

_LOG = logging.getLogger(__name__)


class ExplainedModel:
    """A trained network.

    Attributes:
        engine: the framework that computes.
        ref: its location.
        data: a folder with the dataset that the user named; empty for the usual places.
        folder: of the run.
        spec: of the run, with its known bugs applied.
        learner: the network.
        weights: of the network.
        understanding: what ``explanation.understanding`` has computed; None for nothing yet.
    """

    def __init__(self, engine: str, ref: ModelRef, data: str) -> None:
        """Opens the network.

        Raises:
            MnistStudioError: the framework is missing, or the weights are missing or damaged.
        """
        self.engine, self.ref, self.data = engine, ref, data
        self.folder = Path(ref.folder)
        self.spec = effective(codec.validate(ref.spec))
        self.learner: Learner = open_model(registry.load(engine), ref)
        self.weights: Weights = artifacts.load_weights(self.folder, self.spec)
        self._layer, self._size = feature_layer(self.spec.model)
        self.understanding: object = None
        self._batches: list[NDArray[np.float32]] = []
        self._features: NDArray[np.float32] | None = None

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset whose images are compared: MNIST, or the built-in digits without MNIST.

        A model of other classes is compared with the images that it was trained on.

        Raises:
            DataError: the dataset in the named folder is missing or damaged.
        """
        folder = Path(self.data) if self.data else None
        if not answers_digits(self.spec):
            return sources.load(self.spec.dataset, folder)
        return sources.load(sources.default_dataset(folder), folder)

    @property
    def count(self) -> int:
        """The number of training images that are compared."""
        return min(len(self.dataset.train), MOST_IMAGES, max(MOST_VALUES // self._size, 1))

    def features(
        self, on_progress: Callable[[float], None], is_cancelled: Callable[[], bool]
    ) -> NDArray[np.float32] | None:
        """The features (count, d) of the first training images, cached on disk.

        Returns:
            None if cancelled. The features computed until then are not computed again.
        """
        if self._features is not None:
            return self._features
        source = FeatureSource(
            self.ref.step, self._layer, self.dataset.fingerprint, self.count, self.engine
        )
        self._features = cache.load(self.folder, source)
        if self._features is None and self._compute(on_progress, is_cancelled):
            self._features = np.concatenate(self._batches)
            self._batches = []
            self._save(source, self._features)
        return self._features

    def _save(self, source: FeatureSource, vectors: NDArray[np.float32]) -> None:
        try:
            cache.save(self.folder, source, vectors)
        except StoreError as error:
            # They can be computed again the next time.
            _LOG.warning("The features were not cached. %s", error)

    def _compute(
        self, on_progress: Callable[[float], None], is_cancelled: Callable[[], bool]
    ) -> bool:
        """Computes the features of all images; False if cancelled."""
        while (done := sum(map(len, self._batches))) < self.count:
            on_progress(done / self.count)
            if is_cancelled():
                return False
            images = self.dataset.train.images[done : min(done + SLICE, self.count)]
            self._batches.append(features(self.learner, self._layer, images))
        return True
