"""Folders of pictures as datasets: right ones, and wrong, truncated, mixed, and empty ones."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_studio.data.datasets import own_import, splitting
from mnist_studio.data.datasets.splitting import ImportOptions
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.errors import CancelledByUser, DataError
from tests.data.datasets.made import picture, picture_folder

DEFAULTS = ImportOptions()


def flat(folder: Path) -> None:
    folder.mkdir()
    picture("cross", 1).save(folder / "1.png")


def read(folder: Path, options: ImportOptions = DEFAULTS) -> NewDataset:
    return own_import.read(folder, "icons", options)


def test_a_subfolder_is_a_class_and_a_fifth_is_drawn_for_testing(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "icons", count=10)
    found = read(folder)
    assert found.class_names == ("circle", "cross", "square")
    assert np.bincount(found.train.labels).tolist() == [8, 8, 8]
    assert np.bincount(found.test.labels).tolist() == [2, 2, 2]
    assert found.train.images[:, 0].max() < 30  # Light on dark, though the pictures are not.
    assert any("inverted" in note for note in found.notes)
    again, other = read(folder), read(folder, ImportOptions(seed=1))
    assert (again.test.images == found.test.images).all()
    assert (other.test.images != found.test.images).any()


def test_folders_named_train_and_test_are_the_split(tmp_path: Path) -> None:
    picture_folder(tmp_path / "Train", ("b", "a"), 3)
    picture_folder(tmp_path / "test", ("a", "b"), 1)
    found = read(tmp_path)
    assert found.class_names == ("a", "b")
    assert (len(found.train), len(found.test)) == (6, 2)
    (tmp_path / "test" / "c").mkdir()
    with pytest.raises(DataError, match="test images of the class “c”, but no training images"):
        read(tmp_path)


def test_numbers_are_in_their_order_and_a_wrapping_folder_is_opened(tmp_path: Path) -> None:
    names = [str(number) for number in range(12)]
    picture_folder(tmp_path / "outer" / "inner", names, 2)
    assert read(tmp_path).class_names == tuple(names)


def test_one_bad_picture_costs_itself_and_is_named(tmp_path: Path) -> None:
    folder = picture_folder(tmp_path / "icons")
    good = (folder / "cross" / "0.png").read_bytes()
    (folder / "cross" / "cut.png").write_bytes(good[:50])
    (folder / "circle" / "page.jpg").write_text("<html>")
    (folder / "square" / "notes.txt").write_text("no image")
    (folder / "square" / "empty.png").touch()
    found = read(folder)
    assert len(found.train) + len(found.test) == 18
    sentence = found.notes[0]
    assert sentence.startswith("Four files were left out. circle/page.jpg is a web page")
    assert "cross/cut.png is incomplete or damaged" in sentence
    assert "And 1 more." in sentence


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda folder: folder.mkdir(), "is empty"),
        (lambda folder: None, "does not exist"),
        (lambda folder: picture_folder(folder, ("one",)), "has one class"),
        (lambda folder: picture_folder(folder, [f"c{n}" for n in range(63)], 1), "has 63 classes"),
        (lambda folder: picture_folder(folder, ("a", "b"), 1), "fewer than 2 images"),
        (lambda folder: (picture_folder(folder) / "none").mkdir(), "“none” has fewer than 2"),
        (flat, "no subfolders"),
        (lambda folder: folder.write_bytes(b"PK\x03\x04" + bytes(40)), "is a ZIP archive"),
        (lambda folder: ((folder / "a").mkdir(parents=True), (folder / "a/b.txt").touch()),
         "has one class"),
    ],
)  # fmt: skip
def test_a_wrong_folder_is_refused_with_the_reason(
    make: object, problem: str, tmp_path: Path
) -> None:
    make(tmp_path / "icons")  # type: ignore[operator]
    with pytest.raises(DataError, match=problem) as caught:
        read(tmp_path / "icons")
    assert caught.value.remedy


def test_a_huge_folder_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "MOST_IMAGES", 10)
    with pytest.raises(DataError, match="at most 10 images"):
        read(picture_folder(tmp_path / "icons"))


def test_pictures_that_are_there_twice_are_reported(tmp_path: Path) -> None:
    for part in ("train", "test"):
        picture_folder(tmp_path / part, ("a", "b"), 2)
    (tmp_path / "train" / "b" / "same.png").write_bytes(
        (tmp_path / "train" / "a" / "0.png").read_bytes()
    )
    notes = " ".join(read(tmp_path).notes)
    assert "Four test images (100.00 %) are also in the training set" in notes
    assert "pixels of an image of another class" in notes


def test_an_import_shows_its_progress_and_can_be_canceled(tmp_path: Path) -> None:
    folder, shown = picture_folder(tmp_path / "icons"), list[float]()
    read(folder, ImportOptions(progress=shown.append))
    assert shown == sorted(shown)
    assert shown[-1] == 1
    with pytest.raises(CancelledByUser):
        read(folder, ImportOptions(is_cancelled=lambda: len(shown) > 0))


def test_the_whole_picture_is_kept_unless_it_is_to_be_cropped(tmp_path: Path) -> None:
    for name, at in (("a", 0), ("b", 20)):
        (tmp_path / name).mkdir()
        for number in range(2):
            image = Image.new("L", (28, 28), 0)
            image.paste(255, (at, at + number, at + 6, at + number + 6))
            image.save(tmp_path / name / f"{number}.png")
    whole = read(tmp_path).train
    assert whole.images[0, :7, :6].max() == 255
    assert whole.images[0, 10:].max() == 0
    cropped = read(tmp_path, ImportOptions(whole=False)).train
    # What was 6 pixels wide is now 20, with soft edges.
    assert cropped.images[0, 7:21, 7:21].min() > 200
