"""The built-in digits: real handwritten digits that need no download.

The 1,797 test digits of “Optical Recognition of Handwritten Digits” (Alpaydin & Kaynak 1998, UCI,
doi:10.24432/C50P49), which scikit-learn also ships. The published numbers count the pixels that are
on in every 4x4 block of a 32x32 bitmap.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_studio import paths
from mnist_studio.data.datasets import npz
from mnist_studio.data.images import Dataset, LabeledImages, fingerprint
from mnist_studio.data.pictures.normalize import normalize
from mnist_studio.errors import DataError

TRAIN = 1297
"""Size of the training set, the first digits in UCI's order; the other 500 are the test set.

UCI's order goes from writer to writer, so most writers of the test set are not in the training set.
"""

TEST = 500

TITLE = "Built-in digits (1,797 from UCI, not MNIST)"

_BLOCK = 4
_LARGEST = 10_000_000


def load() -> Dataset:
    """The built-in digits, 28x28 like MNIST's, with a fixed split.

    Raises:
        DataError: the file that ships with MNIST Studio is missing or damaged.
    """
    digits = LabeledImages(_array("images"), _array("labels"))
    places = np.arange(len(digits))
    train, test = digits.take(places[:TRAIN]), digits.take(places[TRAIN:])
    return Dataset(
        name="builtin",
        title=TITLE,
        source="included with MNIST Studio",
        train=train,
        test=test,
        fingerprint=fingerprint(test),
    )


def originals() -> NDArray[np.uint8]:
    """The digits as published: (1797, 8, 8) of 0-16, pixels on in a block.

    Raises:
        DataError: the file that ships with MNIST Studio is missing or damaged.
    """
    return _array("originals")


def digit_image(counts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The image of a published digit, (8, 8) -> (28, 28), made as MNIST was made from NIST.

    That is, its black and white bitmap is normalized like drawings and pictures.
    """
    return normalize(bitmap(counts))


def bitmap(counts: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """A bitmap (32, 32) with exactly the published counts in its blocks.

    The counts, interpolated by Catmull & Rom's cubic, rank the pixels of a block. The
    interpolation alone would give gray, blurred digits unlike those of MNIST.
    """
    size = len(counts) * _BLOCK
    weights = _interpolation(len(counts))
    levels = weights @ counts.astype(np.float64) @ weights.T
    blocks = levels.reshape(len(counts), _BLOCK, len(counts), _BLOCK).swapaxes(1, 2)
    order = np.argsort(-blocks.reshape(*counts.shape, -1), axis=-1, kind="stable")
    on = np.argsort(order, axis=-1, kind="stable") < counts[..., None]
    return on.reshape(blocks.shape).swapaxes(1, 2).reshape(size, size)


def _interpolation(count: int) -> NDArray[np.float64]:
    """(4·count, count): the cubic's weights (Keys 1981, a = -1/2) for every pixel."""
    centers = (np.arange(count * _BLOCK)[:, None] + 0.5) / _BLOCK - 0.5
    far = np.abs(centers - np.arange(count))
    inner = 1.5 * far**3 - 2.5 * far**2 + 1
    outer = -0.5 * far**3 + 2.5 * far**2 - 4 * far + 2
    return np.where(far < 1, inner, np.where(far < 2, outer, 0.0))


def _array(name: str) -> NDArray[Any]:
    path = paths.resources() / "digits" / "digits.npz"
    try:
        (array,) = npz.read_arrays(path, (name,), _LARGEST)
        return array
    except (OSError, npz.NpzError) as error:
        raise DataError(
            f"The built-in dataset in {path} is missing or damaged.", "Reinstall MNIST Studio."
        ) from error
