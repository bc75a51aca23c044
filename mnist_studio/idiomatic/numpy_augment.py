"""Random changes of digits in a NumPy program: ``spec.augmentation`` by hand."""

from mnist_studio.idiomatic.program import block, number
from mnist_studio.spec.augmentation import Augmentation

_AFFINE = '''\
def augment(images, rng):
    """Digits (n, 28, 28) each turned, sheared, zoomed and shifted at random."""
    even = rng.uniform(-1, 1, (5, len(images), 1, 1))
    angle, lean = np.radians({rotation} * even[0]), np.radians({shear} * even[1])
    size = 1 + {zoom} * even[2]
    y, x = np.mgrid[:28, :28] - 13.5
    x = x + np.tan(lean) * y
    # Where in the old image each pixel of the new one lies.
    column = (np.cos(angle) * x - np.sin(angle) * y) / size + 13.5 + {shift} * even[3]
    row = (np.sin(angle) * x + np.cos(angle) * y) / size + 13.5 + {shift} * even[4]
{elastic}    return bilinear(images, row, column)


def bilinear(images, row, column):
    """The levels of images (n, 28, 28) at places between their pixels; 0 outside."""
    padded = np.pad(images.astype(np.float32), ((0, 0), (1, 2), (1, 2)))
    row, column = np.clip(row + 1, 0, 29), np.clip(column + 1, 0, 29)
    i, j = row.astype(int), column.astype(int)
    down, right = row - i, column - j
    n = np.arange(len(images))[:, np.newaxis, np.newaxis]
    above = padded[n, i, j] * (1 - right) + padded[n, i, j + 1] * right
    below = padded[n, i + 1, j] * (1 - right) + padded[n, i + 1, j + 1] * right
    return above * (1 - down) + below * down'''

_ELASTIC = '''


def displacements(rng, count):
    """Two fields (count, 28, 28) of even noise, smoothed (Simard et al. 2003)."""
    distance = np.subtract.outer(np.arange(28), np.arange(28))
    smooth = np.exp(-((distance / {smoothness}) ** 2) / 2)
    field = smooth @ rng.uniform(-1, 1, (2, count, 28, 28)) @ smooth
    longest = np.sqrt((field**2).sum(axis=0)).max(axis=(1, 2), keepdims=True)
    return {elastic} * field / longest'''


def augment(change: Augmentation) -> str:
    """The functions that change a batch."""
    elastic = ("dy, dx = displacements(rng, len(images))", "row, column = row + dy, column + dx")
    code = _AFFINE.format(
        rotation=number(change.rotation), shear=number(change.shear), zoom=number(change.zoom),
        shift=number(change.shift), elastic=block(elastic) + "\n" if change.elastic else "",
    )  # fmt: skip
    if not change.elastic:
        return code
    more = _ELASTIC.format(smoothness=number(change.smoothness), elastic=number(change.elastic))
    return code + more
