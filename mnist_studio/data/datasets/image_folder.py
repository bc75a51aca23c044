"""A folder of pictures as a dataset: one subfolder for each class.

The classes may be in folders ``train`` and ``test``; else the test set is drawn by a seed. One bad
picture costs only itself, and is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets.shrink import as_bytes, whole
from mnist_studio.data.datasets.splitting import (
    ImportOptions,
    Skipped,
    check_class_count,
    check_number,
    finished,
    light_on_dark,
    ordered,
)
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.files import unreadable
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.pictures.files import open_gray, picture_from_levels
from mnist_studio.errors import DataError, PictureError

ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm",
     ".ico", ".tga")
)  # fmt: skip
_TRAIN, _TEST = ("train", "training"), ("test", "testing")
_IGNORED = frozenset(("thumbs.db", "desktop.ini", "__macosx"))
_MOST_ENTRIES = 1_000_000
_DEEPEST = 3
"""Folders that hold nothing but one folder, as archives leave them when they are unpacked."""


@dataclass(frozen=True)
class _Layout:
    """Where the pictures are.

    Attributes:
        names: of the classes.
        train: folder of each class; of all images if there is no test set.
        test: the same for the test set; None if it is to be drawn.
    """

    names: tuple[str, ...]
    train: tuple[Path | None, ...]
    test: tuple[Path | None, ...] | None


def is_image_folder(folder: Path) -> bool:
    """Whether a folder has subfolders with pictures."""
    try:
        found = _unwrapped(folder)
        inner = [one for name in (*_TRAIN, *_TEST) for one in _folders(found / name)]
        return any(True for one in (*_folders(found), *inner) for _ in islice(_pictures(one), 1))
    except OSError:
        return False


def read(folder: Path, title: str, options: ImportOptions) -> NewDataset:
    """The dataset in a folder of pictures.

    Args:
        folder: with a subfolder for each class.
        title: of the dataset.
        options: how pictures become images.

    Raises:
        DataError: it has no classes, or one has too few pictures; says which.
        CancelledByUser: by the user.
    """
    try:
        layout = _layout(folder)
        files = _listed(layout)
    except OSError as error:
        raise unreadable(error, folder) from error
    check_number(len(files))
    skipped = Skipped()
    images, rows = _images(files, options, skipped)
    if not len(images):
        raise DataError(
            f"None of the files in {folder} could be used. {' '.join(skipped.sentences())}".strip(),
            "Select a folder with a subfolder of images for each class.",
        )
    images, notes = light_on_dark(images)
    labels = np.array([files[row].label for row in rows], np.uint8)
    is_test = np.array([files[row].is_test for row in rows], np.bool_)
    everything = LabeledImages(images, labels)
    places = np.arange(len(rows))
    split = everything.take(places[~is_test]), everything.take(places[is_test])
    return finished(
        title, layout.names, split if layout.test is not None else everything,
        f"the folder {folder}", (*skipped.sentences(), *notes), options,
    )  # fmt: skip


@dataclass(frozen=True)
class _File:
    path: Path
    label: int
    is_test: bool


def _layout(folder: Path) -> _Layout:
    if not folder.is_dir():
        raise DataError(
            f"The folder {folder} does not exist.",
            "Select a folder with a subfolder of images for each class.",
        )
    found = _unwrapped(folder)
    classes = _by_name(found)
    train = next((classes[name] for name in classes if name.casefold() in _TRAIN), None)
    test = next((classes[name] for name in classes if name.casefold() in _TEST), None)
    if train and test and _folders(train):
        return _split_layout(folder, _by_name(train), _by_name(test))
    names = tuple(ordered(list(classes)))
    if not names and any(True for _ in islice(_pictures(found), 1)):
        raise DataError(
            f"The folder {folder} has images but no subfolders, so their classes are not known.",
            "Put the images of each class into a subfolder with the name of the class.",
        )
    if not names:
        raise DataError(
            f"The folder {folder} is empty."
            if not any(found.iterdir())
            else f"The folder {folder} has no subfolders with images.",
            "Select a folder with a subfolder of images for each class.",
        )
    check_class_count(names, f"The folder {folder}")
    return _Layout(names, tuple(classes[name] for name in names), None)


def _split_layout(folder: Path, train: dict[str, Path], test: dict[str, Path]) -> _Layout:
    unknown = [name for name in test if name not in train]
    if unknown:
        raise DataError(
            f"The folder {folder} has test images of the class “{unknown[0]}”, but no training "
            f"images of it.",
            "Give both folders the same subfolders.",
        )
    names = tuple(ordered(list(train)))
    check_class_count(names, f"The folder {folder}")
    return _Layout(names, tuple(train[n] for n in names), tuple(test.get(n) for n in names))


def _unwrapped(folder: Path) -> Path:
    """The folder, or the one that it holds and nothing else."""
    for _ in range(_DEEPEST):
        inner = _folders(folder)
        if len(inner) != 1 or any(True for _ in islice(_pictures(folder), 1)):
            return folder
        if not _folders(inner[0]):
            return folder
        folder = inner[0]
    return folder


def _by_name(folder: Path) -> dict[str, Path]:
    return {one.name: one for one in _folders(folder)}


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [one for one in folder.iterdir() if one.is_dir() and not _is_hidden(one)]


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name.casefold() in _IGNORED


def _pictures(folder: Path) -> Iterator[Path]:
    """The files with the ending of a picture, in no order."""
    entries = islice(folder.iterdir(), _MOST_ENTRIES)
    return (one for one in entries if one.suffix.lower() in ENDINGS and not _is_hidden(one))


def _listed(layout: _Layout) -> list[_File]:
    """All files of all classes, also those that are no pictures, which are named later."""
    parts = ((layout.train, False), *(((layout.test, True),) if layout.test else ()))
    found = []
    for folders, is_test in parts:
        for label, folder in enumerate(folders):
            if folder is None:
                continue
            entries = islice(folder.iterdir(), _MOST_ENTRIES)
            files = sorted(one for one in entries if not _is_hidden(one) and not one.is_dir())
            found += [_File(path, label, is_test) for path in files]
    return found


def _images(
    files: list[_File], options: ImportOptions, skipped: Skipped
) -> tuple[NDArray[np.uint8], list[int]]:
    """The images (n, 28, 28) of the files that can be used, and which these are."""
    images = np.empty((len(files), SIDE, SIDE), np.uint8)
    rows: list[int] = []
    for row, file in enumerate(files):
        options.check_cancelled()
        try:
            images[len(rows)] = _image(file.path, options)
            rows.append(row)
        except PictureError as error:
            skipped.add(f"{file.path.parent.name}/{error.problem}")
        options.progress((row + 1) / len(files))
    return images[: len(rows)], rows


def _image(path: Path, options: ImportOptions) -> NDArray[np.uint8]:
    if path.suffix.lower() not in ENDINGS:
        raise PictureError(f"{path.name}: it is not an image.", "Select an image.")
    levels = open_gray(path)
    if not options.whole:
        return picture_from_levels(levels)
    return as_bytes(whole(levels))
