"""Looks at drawings beside the models that answer: is this like any digit at all?"""

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
    """Compares images with real digits, by a model that comes with the studio, in NumPy.

    It opens the model when it is first asked, which takes some 30 ms. Any thread may ask.

    Attributes:
        problem: why it cannot compare; None where it can, or was not asked yet.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._opened: tuple[KnownDigits, Learner] | None = None
        self._tried = False
        self.problem: MnistStudioError | None = None

    def shares(self, images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Of real digits, the share that is at least as strange as each image.

        Args:
            images: (n, 28, 28) digit images.

        Returns:
            (n,), above 0; None where the model or what it knows of digits is missing or damaged:
            then ``problem`` says so, and the log.
        """
        seen = self._look(images)
        return None if seen is None or not self._opened else novelty.p_values(self._opened[0], seen)

    def distances(self, images: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """(n,): how far images (n, 28, 28) are from real digits, 0-2; None as for ``shares``."""
        seen = self._look(images)
        return None if seen is None else seen.far

    def _look(self, images: NDArray[np.uint8]) -> novelty.NoveltyScores | None:
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
                return None  # Why it is left out has been told.
            return known, open_model(registry.load("numpy"), model_ref(model.run))
        except MnistStudioError as error:
            _LOG.warning("Drawings that are no digit are not noticed. %s", error)
            self.problem = error
            return None
