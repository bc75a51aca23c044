"""How strange a drawing is: its distance to real digits in a network's features.

The distance is Euclidean between features of length 1, its mean over the nearest training digits
(Sun et al. 2022, “Out-of-distribution detection with deep nearest neighbors”, section 3). How far
is far, digits say that the network was not trained on: the share of them that is at least as far is
a conformal p-value (Laxhammar & Falkman 2010), so calling strange what has a share below one per
cent calls one of hundred such digits strange, whatever the network.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.nearest import features
from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.store.known_digits import KnownDigits

NEIGHBOURS = 5


def learnt(
    learner: Learner,
    place: tuple[str, str],
    training: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    indices: Sequence[int],
    others: NDArray[np.uint8],
) -> KnownDigits:
    """Digits that drawings shall be compared with.

    Args:
        learner: the network.
        place: its name among the models that come with the studio, and the layer whose output the
            features are; it must not be negative anywhere.
        training: images (n, 28, 28) and labels (n,).
        indices: those of them that are kept.
        others: (m, 28, 28), digits that the network was not trained on.
    """
    model, layer = place
    at = np.asarray(indices, dtype=np.int32)
    kept = _unit(features(learner, layer, training[0][at]))
    whole = np.rint(kept * (255 / kept.max())).astype(np.uint8)
    known = KnownDigits(model, layer, whole, training[1][at], at, np.zeros(0, np.float32))
    seen = (features(learner, layer, others[i : i + 250]) for i in range(0, len(others), 250))
    far = np.concatenate([distances(known, part) for part in seen])
    return replace(known, distances=np.sort(far).astype(np.float32))


def distances(known: KnownDigits, feature: Array) -> NDArray[np.float64]:
    """(n,): of features (n, d) to the nearest known digits, 0-2."""
    cosines = _unit(feature) @ _unit(known.features).T
    near = np.sort(2 - 2 * np.clip(cosines, -1, 1), axis=1)[:, :NEIGHBOURS]
    return np.asarray(np.sqrt(near).mean(axis=1), dtype=np.float64)


def shares(known: KnownDigits, far: Array) -> NDArray[np.float64]:
    """(n,): of real digits, how many are at least as far as these distances (n,); above 0."""
    nearer = np.searchsorted(known.distances, far, side="left")
    return np.asarray((len(known.distances) - nearer + 1) / (len(known.distances) + 1))


def _unit(feature: Array) -> NDArray[np.float32]:
    """Of length 1; a feature of zeros stays one."""
    lengths = np.linalg.norm(feature.astype(np.float32), axis=1, keepdims=True)
    return np.asarray(feature / np.maximum(lengths, 1e-12), dtype=np.float32)
