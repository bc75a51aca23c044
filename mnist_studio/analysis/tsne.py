"""t-SNE: vectors as points in a plane that keeps which of them are near each other.

Van der Maaten & Hinton (2008), “Visualizing data using t-SNE”; computed by scikit-learn, which is
an optional extra. Only child processes call this: the library takes seconds to load.

As in that paper, the vectors are reduced to their first principal components before. t-SNE places
each vector and gives no function, so new vectors are placed next to their nearest neighbors.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.projection import Projection, principal_axes, projected
from mnist_studio.errors import JobError
from mnist_studio.frameworks.base import Array

COMPONENTS = 50
"""Principal components that are compared."""

PERPLEXITY = 30.0
"""About how many neighbors each vector keeps near; at most a third of all."""

NEIGHBORS = 5
"""A new vector lies between the points of so many."""

SEED = 0

MISSING = "t-SNE needs scikit-learn, which is not installed."
REMEDY = "Install it with: pip install mnist-studio[map]"


@dataclass(frozen=True, eq=False)
class Embedding:
    """Vectors as points in a plane.

    Attributes:
        axes: the principal components in which vectors are compared.
        known: (n, k) the vectors on these axes.
        points: (n, 2).
    """

    axes: Projection
    known: NDArray[np.float32]
    points: NDArray[np.float32]

    def landing(self, vector: Array) -> NDArray[np.float32]:
        """(2,): the mean of the points of the nearest vectors of one (d,).

        The weights are the inverse squared distances, so that a known vector lies on its point.
        """
        reduced = projected(self.axes, vector[np.newaxis])[0]
        squares = ((self.known - reduced) ** 2).sum(axis=1)
        near = np.argsort(squares, kind="stable")[:NEIGHBORS]
        scale = float((self.known**2).sum(axis=1).mean())
        weights = 1 / (squares[near] + max(1e-9 * scale, 1e-30))
        return np.asarray(weights @ self.points[near] / weights.sum(), np.float32)


def missing() -> str:
    """Why there is no t-SNE here, and what to do; empty if there is. Loads nothing."""
    return "" if find_spec("sklearn") else f"{MISSING} {REMEDY}"


def embedding(vectors: Array) -> Embedding:
    """The map of vectors (n, d): the same vectors always give the same one on one machine.

    Raises:
        JobError: scikit-learn is not installed.
        ValueError: there are fewer than two vectors.
    """
    manifold, threads = _library()
    axes = principal_axes(vectors, COMPONENTS)
    known = projected(axes, vectors).astype(np.float32)
    spread = float(known[:, 0].std()) or 1.0
    tsne = manifold.TSNE(
        # The plane of most variance, tiny, keeps the arrangement of far groups.
        init=known[:, :2] / spread * np.float32(1e-4),
        perplexity=min(PERPLEXITY, (len(known) - 1) / 3),
        random_state=SEED,
        n_jobs=1,
    )
    # Several threads add in an order that differs every time, and t-SNE amplifies the rounding.
    with threads.threadpool_limits(limits=1, user_api="openmp"):
        return Embedding(axes, known, tsne.fit_transform(known))


def _library() -> tuple[Any, Any]:
    """The module of t-SNE, and that of the number of threads.

    Raises:
        JobError: scikit-learn cannot be imported.
    """
    try:
        import threadpoolctl
        from sklearn import manifold
    except ImportError as error:
        raise JobError("t-SNE needs scikit-learn, which cannot be imported.", REMEDY) from error
    return manifold, threadpoolctl
