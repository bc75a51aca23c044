"""Images and datasets as the Python API takes them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.api.datasets import gray_levels, images_of, labeled_images
from mnist_studio.data.datasets import builtin
from mnist_studio.errors import DataError, UnknownName

DIGIT = builtin.load().test.images[0]


def picture(folder: Path) -> Path:
    """A photo of a digit, dark on light and larger than the network's input."""
    path = folder / "digit.png"
    Image.fromarray(255 - DIGIT).resize((112, 112)).save(path)
    return path


def test_arrays_stay_as_they_are() -> None:
    assert (images_of(DIGIT) == DIGIT[np.newaxis]).all()
    assert images_of(np.stack([DIGIT, DIGIT]).astype(np.int64)).shape == (2, 28, 28)


def test_pictures_become_what_the_network_sees(tmp_path: Path) -> None:
    path = picture(tmp_path)
    found = images_of([path, str(path), Image.open(path)])
    assert found.shape == (3, 28, 28)
    assert (found == found[0]).all()
    assert found[0, 0, 0] == 0
    assert found.max() > 200


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((28, 27), np.uint8), "shape"),
        (np.zeros((2, 28, 28, 1), np.uint8), "shape"),
        (np.zeros((28, 28)), "integers from 0 to 255, got float64"),
        (np.full((28, 28), 256), "0 to 255, got 256 to 256"),
    ],
)
def test_arrays_that_are_no_images_are_refused(array: np.ndarray, reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        gray_levels(array)


def test_a_test_set_is_a_name_images_or_a_dataset() -> None:
    known = builtin.load()
    for source in ("builtin", known, known.test, (known.test.images, known.test.labels)):
        assert (labeled_images(source).labels == known.test.labels).all()
    with pytest.raises(UnknownName, match="builtin"):
        labeled_images("bultin")
    with pytest.raises(DataError, match="Labels must be 0 or more"):
        labeled_images((known.test.images[:2], np.array([-1, 2])))
