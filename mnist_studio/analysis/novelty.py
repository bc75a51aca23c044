"""How strange a drawing is beside real digits: two looks at it, and one share.

The first is its distance to training digits in a network's features: Euclidean between features of
length 1, the mean over the nearest (Sun et al. 2022, “Out-of-distribution detection with deep
nearest neighbors”, section 3). Features are kept along their principal axes, since so a file of the
same size holds ten times as many digits; what is left over counts as if it were at right angles to
what is left over of all others, which in so many dimensions it nearly is.

What is inside a ring hardly moves these features. So the second look is at what anybody sees: of
how many pieces and holes it is, and how rare that is among training digits of the kind that the
network takes it for.

How strange is strange, digits say that the network was not trained on: the share of them that is at
least as strange is a conformal p-value (Laxhammar & Falkman 2010), so calling no digit what has a
share below one per cent calls one of hundred such digits none, whatever the network.

Of how many pieces ink is, and how many holes it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_studio.analysis.nearest import features
from mnist_studio.data.images import CLASSES
from mnist_studio.frameworks.base import Array, Learner
from mnist_studio.store.known_digits import KnownDigits

LEVEL = 64
"""From this gray on a pixel is ink: strokes that hardly touch are one."""

_SPECK = 3
"""Fewer pixels than these are no piece of their own."""


def pieces_and_holes(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 2): pieces and holes of images (n, h, w).

    Pixels belong together where they touch, also by a corner; paper does by an edge only, or a
    stroke aslant would leak. Holes are pieces less the Euler number, which is counted in windows of
    2x2 (Gray 1971, “Local properties of binary images in two dimensions”).
    """
    ink = np.pad(images >= LEVEL, ((0, 0), (1, 1), (1, 1)))
    roots, sizes = np.unique(_numbered(ink)[ink], return_counts=True)
    of = roots // (ink.shape[1] * ink.shape[2])
    whole = np.bincount(of, minlength=len(ink))
    pieces = np.bincount(of[sizes >= _SPECK], minlength=len(ink))
    return np.stack([pieces, whole - _euler(ink)], axis=1)


def _numbered(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n, h, w): the greatest place of any pixel of the same piece; 0 where there is no ink."""
    numbers = np.where(ink, np.arange(ink.size).reshape(ink.shape), 0)
    while True:
        spread = numbers.copy()
        for axis in (1, 2):
            spread = np.maximum(
                spread, np.maximum(np.roll(spread, 1, axis), np.roll(spread, -1, axis))
            )
        # Whoever knows of a place takes what is known there: a stroke is not walked pixel by pixel.
        spread = np.where(ink, spread, 0)
        spread = spread.ravel()[spread]
        if (spread == numbers).all():
            return numbers
        numbers = spread


def _euler(ink: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,): pieces less holes."""
    a, b, c, d = (ink[:, i : i + ink.shape[1] - 1, j : j + ink.shape[2] - 1]
                  for i in (0, 1) for j in (0, 1))  # fmt: skip
    filled = a.astype(np.int64) + b + c + d
    ones, threes = (filled == 1).sum(axis=(1, 2)), (filled == 3).sum(axis=(1, 2))
    aslant = ((filled == 2) & (a == d)).sum(axis=(1, 2))
    return np.asarray((ones - threes - 2 * aslant) // 4)


NEIGHBOURS = 5

AXES = 96
"""Principal axes of the features that are kept."""

MOST = 5
"""More pieces or holes than this are counted as so many."""

RARE = 4
"""So much the more a rare shape must be rare than a distance, to be as strange: it finds less."""

_AT_ONCE = 250
"""Digits that are looked at together."""


@dataclass(frozen=True, eq=False)
class NoveltyScores:
    """What is seen of images.

    Attributes:
        far: (n,), distances to known digits, 0-2.
        rare: (n,), of training digits of the kind it is taken for, the share whose numbers of
            pieces and holes are at most as common; above 0.
    """

    far: NDArray[np.float64]
    rare: NDArray[np.float64]


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
            features are.
        training: images (n, 28, 28) and labels (n,).
        indices: those of them that are kept; of all the shapes are counted.
        others: (m, 28, 28), digits that the network was not trained on.
    """
    at = np.asarray(indices, dtype=np.int32)
    images, labels = training
    seen = _unit(np.concatenate([features(learner, place[1], part) for part in _parts(images[at])]))
    known = _along_axes(seen, place, labels[at], at)
    known = replace(known, shapes=_shapes(images, labels))
    looks = [novelty_scores(known, learner, part) for part in _parts(others)]
    far, rare = (np.concatenate([getattr(one, n) for one in looks]) for n in ("far", "rare"))
    known = replace(known, distances=np.sort(far).astype(np.float32))
    return replace(known, strangeness=np.sort(_strangeness(known, NoveltyScores(far, rare))))


def _along_axes(
    seen: NDArray[np.float32], place: tuple[str, str], labels: Array, at: NDArray[np.int32]
) -> KnownDigits:
    mean = seen.mean(axis=0)
    axes = np.linalg.svd(seen - mean, full_matrices=False)[2][:AXES]
    shapes = np.zeros((CLASSES, MOST + 1, MOST + 1), np.int32)
    nothing = np.zeros(0, np.float32)
    known = KnownDigits(
        *place, mean, axes, nothing, nothing, labels, at, nothing, shapes, nothing.astype(float)
    )
    kept, lengths = _kept(known, seen)
    # As they will be read.
    return replace(known, features=kept.astype(np.float16).astype(np.float32), lengths=lengths)


def novelty_scores(
    known: KnownDigits, learner: Learner, images: NDArray[np.uint8]
) -> NoveltyScores:
    """What is seen of images (n, 28, 28) by the network that the known digits are of."""
    seen = learner.activations(images)
    *_, logits = seen.values()
    feature = seen[known.layer].reshape(len(images), -1).astype(np.float32)
    return NoveltyScores(distances(known, feature), rarity(known, images, logits.argmax(axis=1)))


def distances(known: KnownDigits, feature: Array) -> NDArray[np.float64]:
    """(n,): of features (n, d) to the nearest known digits, 0-2."""
    kept, lengths = _kept(known, _unit(feature))
    squared = lengths[:, None] + known.lengths - 2 * kept @ known.features.T
    near = np.partition(np.clip(squared, 0, 4), NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
    return np.asarray(np.sqrt(near).mean(axis=1), dtype=np.float64)


def rarity(known: KnownDigits, images: NDArray[np.uint8], labels: Array) -> NDArray[np.float64]:
    """(n,): of training digits with these labels, those of shapes as rare as the images'."""
    pieces, holes = np.minimum(pieces_and_holes(images), MOST).T
    counts = known.shapes[labels]
    own = counts[np.arange(len(labels)), pieces, holes][:, None, None]
    rarer = np.where(counts <= own, counts, 0).sum(axis=(1, 2))
    return np.asarray((rarer + 1) / (counts.sum(axis=(1, 2)) + 1))


def p_values(known: KnownDigits, seen: NoveltyScores) -> NDArray[np.float64]:
    """(n,): of real digits, how many are at least as strange as what was seen; above 0."""
    strange = _strangeness(known, seen)
    below = np.searchsorted(known.strangeness, strange, side="right")
    return np.asarray((below + 1) / (len(known.strangeness) + 1))


def _strangeness(known: KnownDigits, seen: NoveltyScores) -> NDArray[np.float64]:
    """(n,): the smaller, the stranger."""
    nearer = np.searchsorted(known.distances, seen.far.astype(np.float32), side="left")
    far = (len(known.distances) - nearer + 1) / (len(known.distances) + 1)
    return np.minimum(far, RARE * seen.rare)


def _shapes(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.int32]:
    found = np.zeros((CLASSES, MOST + 1, MOST + 1), np.int32)
    both = np.concatenate([pieces_and_holes(part) for part in _parts(images)])
    np.add.at(found, (labels, *np.minimum(both, MOST).T), 1)
    return found


def _kept(known: KnownDigits, feature: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, k): less the mean, along the axes; (n,): squared lengths, with what is left over."""
    apart = feature - known.mean
    return apart @ known.axes.T, (apart**2).sum(axis=1)


def _parts(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [images[at : at + _AT_ONCE] for at in range(0, len(images), _AT_ONCE)]


def _unit(feature: Array) -> NDArray[np.float32]:
    """Of length 1; a feature of zeros stays one."""
    lengths = np.linalg.norm(feature.astype(np.float32), axis=1, keepdims=True)
    return np.asarray(feature / np.maximum(lengths, 1e-12), dtype=np.float32)
