"""Detects drawings that do not look like any digit."""

import logging
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.analysis import novelty
from mnist_studio.errors import MnistStudioError
from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Learner
from mnist_studio.prediction.messages import model_ref
from mnist_studio.prediction.predict_task import open_model
from mnist_studio.store import bundled, known_digits
from mnist_studio.store.known_digits import KnownDigits
from mnist_studio.store.rows import BUNDLED

_LOG = logging.getLogger(__name__)


class NoveltyDetector:
    """Compares images with real digits by the features of a bundled model, in NumPy.

    The first call opens the model, which takes about 30 ms. Thread-safe.

    Attributes:
        problem: why it cannot compare; None if it can, or before the first call.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._opened: tuple[KnownDigits, Learner] | None = None
        self._tried = False
        self.problem: MnistStudioError | None = None

    def p_values(self, images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """The fraction of real digits that are at least as unusual as each image (n, 28, 28).

        Returns:
            (n,), above 0. None if the model or its statistics are missing or damaged, which
            ``problem`` and the log explain.
        """
        scores = self._scores(images)
        if scores is None or not self._opened:
            return None
        return novelty.p_values(self._opened[0], scores)

    def distances(self, images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """The distance (n,) from real digits, 0 to 2, of images (n, 28, 28).

        None as for ``p_values``.
        """
        scores = self._scores(images)
        return None if scores is None else scores.distance

    def _scores(self, images: NDArray[np.uint8]) -> novelty.NoveltyScores | None:
        with self._lock:
            if not self._tried:
                self._tried, self._opened = True, self._open()
            if self._opened is None:
                return None
            known, learner = self._opened
            return novelty.novelty_scores(known, learner, images)

    def _open(self) -> tuple[KnownDigits, Learner] | None:
        try:
            known = known_digits.load(paths.models())
            model = bundled.BundledModels(paths.models()).by_id.get(BUNDLED + known.model)
            if model is None:
                return None  # The reason has been reported.
            return known, open_model(registry.load("numpy"), model_ref(model.run))
        except MnistStudioError as error:
            _LOG.warning("Drawings that are not digits cannot be detected. %s", error)
            self.problem = error
            return None
