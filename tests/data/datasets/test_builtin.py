from pathlib import Path

import numpy as np
import pytest

from mnist_studio import paths
from mnist_studio.data.datasets.builtin import TRAIN, bitmap, digit_image, load, originals
from mnist_studio.errors import DataError


def test_there_are_1797_digits_with_a_fixed_split() -> None:
    dataset = load()
    assert dataset.name == "builtin"
    assert "not MNIST" in dataset.title
    assert (len(dataset.train), len(dataset.test)) == (TRAIN, 500)
    assert dataset.train.labels[:10].tolist() == list(range(10))
    for part in (dataset.train, dataset.test):
        share = np.bincount(part.labels, minlength=10) / len(part)
        assert (np.abs(share - 0.1) < 0.015).all()


def test_the_fingerprint_is_pinned() -> None:
    assert load().fingerprint == "2b49c5b8e208db10a046b42f3d9b09140a59c5a4a96f228471b215b9a67e446c"


def test_the_file_holds_what_the_normalization_makes() -> None:
    dataset, counts = load(), originals()
    images = np.concatenate([dataset.train.images, dataset.test.images])
    for place in range(0, len(counts), 7):
        difference = np.abs(digit_image(counts[place]).astype(int) - images[place])
        assert difference.max() <= 1


def test_a_bitmap_has_the_published_counts() -> None:
    for counts in originals()[:100]:
        blocks = bitmap(counts).reshape(8, 4, 8, 4).sum(axis=(1, 3))
        assert (blocks == counts).all()


def test_they_have_mnists_size_and_place() -> None:
    images = load().test.images
    rows, columns = images.any(axis=2).sum(axis=1), images.any(axis=1).sum(axis=1)
    assert (np.maximum(rows, columns) == 20).mean() > 0.95
    mass, index = images.astype(float), np.arange(28)
    centers = (mass.sum(axis=2) @ index) / mass.sum(axis=(1, 2))
    assert ((centers > 13.4) & (centers < 14.6)).all()


def test_a_plain_classifier_learns_them() -> None:
    dataset = load()
    train = dataset.train.images.reshape(TRAIN, -1) / 255
    test = dataset.test.images.reshape(500, -1) / 255
    # Ridge regression on the labels' indicators, in its dual form.
    targets = np.eye(10)[dataset.train.labels] - 0.1
    dual = np.linalg.solve(train @ train.T + 50 * np.eye(TRAIN), targets)
    answers = (test @ train.T @ dual).argmax(axis=1)
    assert (answers == dataset.test.labels).mean() > 0.85


def test_a_missing_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    with pytest.raises(DataError, match="missing or damaged") as caught:
        load()
    assert "Reinstall MNIST Studio" in caught.value.remedy


def test_the_license_is_in_the_same_folder() -> None:
    text = (paths.resources() / "digits" / "LICENSE.txt").read_text()
    for words in ("CC BY 4.0", "10.24432/C50P49", "BSD 3-Clause"):
        assert words in text
