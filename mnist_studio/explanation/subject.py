"""The network that is asked, with all that was computed of it and will be needed again."""

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
from mnist_studio.store import artifacts
from mnist_studio.store import features as kept
from mnist_studio.store.features import Source

MOST_DIGITS = 10_000
MOST_NUMBERS = 4_000_000
"""In all feature vectors together, 16 MB: of long ones there are fewer."""

SLICE = 250

_LOG = logging.getLogger(__name__)


class ExplainedModel:
    """A trained network.

    Attributes:
        engine: the framework that computes.
        model: where it is.
        data: folder of digits named by the user; empty for the usual places.
        folder: of the run.
        spec: of the run, with the effect of its faults.
        learner: the network.
        weights: of it.
    """

    def __init__(self, engine: str, model: ModelRef, data: str) -> None:
        """Opens it.

        Raises:
            MnistStudioError: the framework is missing, or the weights are missing or damaged.
        """
        self.engine, self.model, self.data = engine, model, data
        self.folder = Path(model.folder)
        self.spec = effective(codec.validate(model.spec))
        self.learner: Learner = open_model(registry.load(engine), model)
        self.weights: Weights = artifacts.load_weights(self.folder, self.spec)
        self._layer, self._size = feature_layer(self.spec.model)
        self._parts: list[NDArray[np.float32]] = []
        self._whole: NDArray[np.float32] | None = None

    @cached_property
    def dataset(self) -> Dataset:
        """The digits that it is compared with: MNIST if it is here, else the built-in ones.

        Raises:
            DataError: digits in a named folder are missing or damaged.
        """
        folder = Path(self.data) if self.data else None
        return sources.load(sources.default_dataset(folder), folder)

    @property
    def count(self) -> int:
        """How many training digits it is compared with."""
        return min(len(self.dataset.train), MOST_DIGITS, max(MOST_NUMBERS // self._size, 1))

    def features(
        self, progress: Callable[[float], None], is_cancelled: Callable[[], bool]
    ) -> NDArray[np.float32] | None:
        """(count, d), of the first training digits; kept, so that they are known next time.

        Returns:
            None where it was cancelled. What was computed until then is not computed again.
        """
        if self._whole is not None:
            return self._whole
        source = Source(
            self.model.step, self._layer, self.dataset.fingerprint, self.count, self.engine
        )
        self._whole = kept.load(self.folder, source)
        if self._whole is None and self._computed(progress, is_cancelled):
            self._whole = np.concatenate(self._parts)
            self._parts = []
            self._keep(source, self._whole)
        return self._whole

    def _keep(self, source: Source, vectors: NDArray[np.float32]) -> None:
        try:
            kept.save(self.folder, source, vectors)
        except StoreError as error:
            # They are needed now, and next time they can be computed again.
            _LOG.warning("Features are not kept. %s", error)

    def _computed(
        self, progress: Callable[[float], None], is_cancelled: Callable[[], bool]
    ) -> bool:
        """Whether all of them are now in the parts."""
        while (done := sum(map(len, self._parts))) < self.count:
            progress(done / self.count)
            if is_cancelled():
                return False
            images = self.dataset.train.images[done : min(done + SLICE, self.count)]
            self._parts.append(features(self.learner, self._layer, images))
        return True
