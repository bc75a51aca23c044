from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.errors import DataError
from mnist_studio.store import own_images
from tests.store.example_own_images import written


def test_a_set_is_found_by_its_fingerprint(home: Path) -> None:
    kept = own_images.freeze([written(2, 7), written(1)], home)
    found = own_images.load(kept.fingerprint, home)
    assert found.keys == kept.keys == tuple(sorted((written(1).key, written(2).key)))
    assert np.array_equal(found.digits.images, kept.digits.images)
    assert sorted(found.digits.labels.tolist()) == [1, 7]


def test_the_fingerprint_knows_content_and_labels_but_no_order() -> None:
    same = own_images.of([written(1), written(2)])
    assert own_images.of([written(2), written(1)]).fingerprint == same.fingerprint
    assert own_images.of([written(1), written(2, 8)]).fingerprint != same.fingerprint


def test_digits_can_be_left_out(home: Path) -> None:
    found = own_images.of([written(number) for number in range(5)])
    places = found.without(frozenset(found.keys[1:3]))
    assert places.tolist() == [0, 3, 4]


def test_missing_damaged_or_empty_sets_are_reported(home: Path) -> None:
    with pytest.raises(DataError, match="no labeled images"):
        own_images.freeze([], home)
    with pytest.raises(DataError, match="not on this computer"):
        own_images.load("../../secret", home)
    one, other = (own_images.freeze([written(n)], home).fingerprint for n in (1, 2))
    folder = paths.own_image_sets(home)
    (folder / f"{one}.safetensors").replace(folder / f"{other}.safetensors")
    with pytest.raises(DataError, match="damaged"):
        own_images.load(other, home)
