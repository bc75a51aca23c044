import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.own_images import has_its_key, of_picture
from mnist_studio.errors import UnknownName
from mnist_studio.store.runs import RunStore
from tests.store.example_own_images import written

VERSION_3 = Path(__file__).with_name("version_3.sql")


def test_digits_survive_the_store_with_their_strokes(home: Path) -> None:
    image = np.eye(28, dtype=np.uint8) * 255
    digits = (written(1), written(2, 7), of_picture(image, 3, 1_800_000_000.0))
    with RunStore(home) as store:
        assert store.own_images.add(digits) == 3
    with RunStore(home) as store:
        assert store.own_images.all() == digits
        assert store.own_images.summary() == tuple((one.key, one.label) for one in digits)


def test_a_stored_digit_stays_unchanged(store: RunStore) -> None:
    store.own_images.add([written(1, 4)])
    assert store.own_images.add([written(1, 9), written(2)]) == 1
    assert [one.label for one in store.own_images.all()] == [4, 1]


def test_labels_change_and_digits_go(store: RunStore) -> None:
    store.own_images.add([written(1), written(2)])
    store.own_images.relabel(written(2).key, 8)
    store.own_images.delete([written(1).key, "unknown"])
    assert store.own_images.summary() == ((written(2).key, 8),)
    with pytest.raises(UnknownName, match="no longer exists"):
        store.own_images.relabel(written(1).key, 2)


def test_what_cannot_be_understood_is_left_out(store: RunStore, home: Path) -> None:
    store.own_images.add([written(1), written(2)])
    with closing(sqlite3.connect(paths.database(home))) as connection, connection:
        change = "UPDATE own_images SET strokes = '[[1]]' WHERE key = ?"
        connection.execute(change, (written(1).key,))
    assert store.own_images.all() == (written(2),)


def test_the_example_of_version_3_opens_for_ever(home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(paths.database(home))) as connection:
        connection.executescript(VERSION_3.read_text("utf-8"))
    with RunStore(home) as store:
        assert store.own_images.all() == (written(1, 7),)


def test_the_key_of_an_image_confirms_its_content() -> None:
    """Also of images that earlier versions stored."""
    image = written(1)
    assert has_its_key(image)
    assert not has_its_key(replace(image, key="0" * 32))
    assert not has_its_key(replace(image, ink=written(2).ink))
    picture = of_picture(np.full((28, 28), 7, np.uint8), 3, 1.0)
    assert has_its_key(picture)
    assert not has_its_key(replace(picture, picture=b"\1" * 784))


def test_images_of_version_3_have_their_keys(home: Path) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "studio.sqlite")) as connection:
        connection.executescript(VERSION_3.read_text("utf-8"))
    with RunStore(home) as store:
        images = store.own_images.all()
    assert images
    assert all(map(has_its_key, images))
