"""How unusual a drawing looks compared with real digits: three scores, combined into one p-value.

The first score is its distance to training images in the features of a network: Euclidean between
features of length 1, the mean over the nearest (Sun et al. 2022, “Out-of-distribution detection
with deep nearest neighbors”, section 3). Features are stored along their principal axes, so a file
of the same size holds ten times as many images. The remainder is treated as orthogonal to that of
all others, which is nearly true in so many dimensions.

These features hardly change with what is inside a ring. The second score is therefore the topology:
the number of strokes and holes, and how rare that combination is among training images of the
predicted class.

Hearts, squares, and triangles have the topology of a 0, and their features too. The third score is
the outline of rings that are predicted as 0, see ``outline``.

All are calibrated on images that the network was not trained on. The fraction of those that are at
least as unusual is a conformal p-value (Laxhammar & Falkman 2010): rejecting drawings with a
p-value below 1 % rejects 1 % of such images, whatever the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis import outline
from mnist_studio.analysis.nearest import features
from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.spec.run import DIGITS
from mnist_studio.store.known_digits import KnownDigits, KnownOutlines

INK_LEVEL = 64
"""Gray level from which a pixel counts as ink. Strokes that barely touch count as one."""

_SPECK = 3
"""Components with fewer pixels are ignored."""


def components_and_holes(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 2): connected components and holes of images (n, h, w).

    Ink is connected through edges and corners, background through edges only, so that a diagonal
    stroke has no gaps. The number of holes is that of components minus the Euler number, which is
    counted in windows of 2x2 (Gray 1971, “Local properties of binary images in two dimensions”).
    """
    ink = np.pad(images >= INK_LEVEL, ((0, 0), (1, 1), (1, 1)))
    roots, sizes = np.unique(_numbered(ink)[ink], return_counts=True)
    of = roots // (ink.shape[1] * ink.shape[2])
    whole = np.bincount(of, minlength=len(ink))
    pieces = np.bincount(of[sizes >= _SPECK], minlength=len(ink))
    return np.stack([pieces, whole - _euler(ink)], axis=1)


def _numbered(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, h, w): the largest index of a pixel in the same component; 0 for background."""
    numbers = np.where(ink, np.arange(ink.size).reshape(ink.shape), 0)
    while True:
        spread = numbers.copy()
        for axis in (1, 2):
            spread = np.maximum(
                spread, np.maximum(np.roll(spread, 1, axis), np.roll(spread, -1, axis))
            )
        # Follow the index that each pixel has reached, which is faster than one pixel a round.
        spread = np.where(ink, spread, 0)
        spread = spread.ravel()[spread]
        if (spread == numbers).all():
            return numbers
        numbers = spread


def _euler(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,): components minus holes."""
    a, b, c, d = (ink[:, i : i + ink.shape[1] - 1, j : j + ink.shape[2] - 1]
                  for i in (0, 1) for j in (0, 1))  # fmt: skip
    filled = a.astype(np.int64) + b + c + d
    ones, threes = (filled == 1).sum(axis=(1, 2)), (filled == 3).sum(axis=(1, 2))
    aslant = ((filled == 2) & (a == d)).sum(axis=(1, 2))
    return np.asarray((ones - threes - 2 * aslant) // 4)


NEIGHBORS = 5

AXES = 96
"""Number of principal axes that are stored."""

MAX_COUNT = 5
"""Larger numbers of components or holes are counted as this."""

RARITY_FACTOR = 4
"""Weight of the rarity of a topology: it detects less than the distance does."""

OUTLINE_FACTOR = 0.6
"""Weight of the outline of a ring: shapes with corners have shares of 0.5 to 1 % among zeros."""

_FEWEST_RINGS = 100
"""Fewer training zeros do not show how outlines differ."""

_CHUNK = 250
"""Number of images that are processed together."""


@dataclass(frozen=True, eq=False)
class NoveltyScores:
    """The scores of images.

    Attributes:
        distance: (n,), to known images, 0-2.
        rarity: (n,), of the training images of the predicted class, the fraction whose numbers of
            components and holes are at most as common; above 0.
        outline: (n,), of the training images of a 0, the fraction whose outline is as unusual;
            infinite for images that are not predicted as a 0 or are no ring.
    """

    distance: NDArray[np.float64]
    rarity: NDArray[np.float64]
    outline: NDArray[np.float64] | float = np.inf


def reference_images(
    learner: Learner,
    source: tuple[str, str],
    training: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    indices: Sequence[int],
    others: NDArray[np.uint8],
) -> KnownDigits:
    """The reference images that drawings are compared with.

    Args:
        learner: the network.
        source: name of the bundled model, and of the layer whose output is used as features.
        training: images (n, 28, 28) and labels (n,), whose topology is counted.
        indices: of the training images whose features are stored.
        others: (m, 28, 28), images that the network was not trained on.
    """
    at = np.asarray(indices, dtype=np.int32)
    images, labels = training
    seen = _unit(
        np.concatenate([features(learner, source[1], part) for part in _parts(images[at])])
    )
    known = _along_axes(seen, source, labels[at], at)
    known = replace(known, shapes=_shapes(images, labels), outlines=_outlines(images, labels))
    scores = [novelty_scores(known, learner, part) for part in _parts(others)]
    all_scores = NoveltyScores(
        np.concatenate([one.distance for one in scores]),
        np.concatenate([one.rarity for one in scores]),
        np.concatenate([np.broadcast_to(one.outline, one.distance.shape) for one in scores]),
    )
    known = replace(known, distances=np.sort(all_scores.distance).astype(np.float32))
    return replace(known, strangeness=np.sort(_strangeness(known, all_scores)))


def _along_axes(
    seen: NDArray[np.float32], source: tuple[str, str], labels: Array, at: NDArray[np.int32]
) -> KnownDigits:
    mean = seen.mean(axis=0)
    axes = np.linalg.svd(seen - mean, full_matrices=False)[2][:AXES]
    shapes = np.zeros((len(DIGITS), MAX_COUNT + 1, MAX_COUNT + 1), np.int32)
    nothing = np.zeros(0, np.float32)
    known = KnownDigits(
        *source, mean, axes, nothing, nothing, labels, at, nothing, shapes, nothing.astype(float)
    )
    projected, lengths = _projected(known, seen)
    # With the precision of the file.
    return replace(known, features=projected.astype(np.float16).astype(np.float32), lengths=lengths)


def novelty_scores(
    known: KnownDigits, learner: Learner, images: NDArray[np.uint8]
) -> NoveltyScores:
    """The scores of images (n, 28, 28); the learner must be the network of the known images."""
    seen = learner.activations(images)
    *_, logits = seen.values()
    feature = seen[known.layer].reshape(len(images), -1).astype(np.float32)
    labels = logits.argmax(axis=1)
    rare, unlike = rarity(known, images, labels), outlines(known, images, labels)
    return NoveltyScores(distances(known, feature), rare, unlike)


def distances(known: KnownDigits, feature: Array) -> NDArray[np.float64]:
    """(n,): mean distance of features (n, d) to the nearest known images, 0-2."""
    projected, lengths = _projected(known, _unit(feature))
    squared = lengths[:, None] + known.lengths - 2 * projected @ known.features.T
    near = np.partition(np.clip(squared, 0, 4), NEIGHBORS - 1, axis=1)[:, :NEIGHBORS]
    return np.asarray(np.sqrt(near).mean(axis=1), dtype=np.float64)


def rarity(known: KnownDigits, images: NDArray[np.uint8], labels: Array) -> NDArray[np.float64]:
    """(n,): the fraction of training images with these labels whose topology is as rare."""
    components, holes = np.minimum(components_and_holes(images), MAX_COUNT).T
    counts = known.shapes[labels]
    own = counts[np.arange(len(labels)), components, holes][:, None, None]
    rarer = np.where(counts <= own, counts, 0).sum(axis=(1, 2))
    return np.asarray((rarer + 1) / (counts.sum(axis=(1, 2)) + 1))


def outlines(known: KnownDigits, images: NDArray[np.uint8], labels: Array) -> NDArray[np.float64]:
    """(n,): the fraction of training zeros whose outline is as unusual; infinite but for rings."""
    found = np.full(len(images), np.inf)
    if known.outlines is not None and (rings := _rings(images, labels)).any():
        found[rings] = outline.shares(known.outlines, images[rings])
    return found


def p_values(known: KnownDigits, scores: NoveltyScores) -> NDArray[np.float64]:
    """(n,): the fraction of real digits that are at least as unusual; above 0."""
    strangeness = _strangeness(known, scores)
    below = np.searchsorted(known.strangeness, strangeness, side="right")
    return np.asarray((below + 1) / (len(known.strangeness) + 1))


def _strangeness(known: KnownDigits, scores: NoveltyScores) -> NDArray[np.float64]:
    """(n,): smaller values are more unusual."""
    nearer = np.searchsorted(known.distances, scores.distance.astype(np.float32), side="left")
    far = (len(known.distances) - nearer + 1) / (len(known.distances) + 1)
    unlike = np.minimum(RARITY_FACTOR * scores.rarity, OUTLINE_FACTOR * scores.outline)
    return np.minimum(far, unlike)


def _rings(images: NDArray[np.uint8], labels: Array) -> NDArray[np.bool_]:
    """(n,): which images are predicted as a 0 and have one component with one hole."""
    return np.asarray((components_and_holes(images) == 1).all(axis=1) & (labels == outline.ZERO))


def _outlines(images: NDArray[np.uint8], labels: Array) -> KnownOutlines | None:
    zeros = images[labels == outline.ZERO]
    rings = [part[_rings(part, np.zeros(len(part)))] for part in _parts(zeros)]
    # Six moments need more than a few images.
    few = sum(map(len, rings)) < _FEWEST_RINGS
    return None if few else outline.known_outlines(np.concatenate(rings))


def _shapes(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.int32]:
    found = np.zeros((len(DIGITS), MAX_COUNT + 1, MAX_COUNT + 1), np.int32)
    both = np.concatenate([components_and_holes(part) for part in _parts(images)])
    np.add.at(found, (labels, *np.minimum(both, MAX_COUNT).T), 1)
    return found


def _projected(
    known: KnownDigits, feature: Array
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, k): centered and projected on the axes; (n,): squared lengths before the projection."""
    centered = feature - known.mean
    return centered @ known.axes.T, (centered**2).sum(axis=1)


def _parts(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [images[at : at + _CHUNK] for at in range(0, len(images), _CHUNK)]


def _unit(feature: Array) -> NDArray[np.float32]:
    """Scaled to length 1; a zero vector stays unchanged."""
    lengths = np.linalg.norm(feature.astype(np.float32), axis=1, keepdims=True)
    return np.asarray(feature / np.maximum(lengths, 1e-12), dtype=np.float32)
