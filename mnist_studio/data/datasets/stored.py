"""Datasets as MNIST Studio stores them: a folder with four IDX files and a description.

What was imported, downloaded, or made is brought to one form once: 28×28 pixels, white on black,
upright, labels from 0. So whoever reads it needs to know nothing of where it came from.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import msgspec
from msgspec import Meta

from mnist_studio.data.datasets import idx
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.data.files import unreadable, unwritable, write_bytes
from mnist_studio.data.images import Dataset, LabeledImages, fingerprint
from mnist_studio.errors import DataError, SpecError
from mnist_studio.spec.run_checks import check_class_names

DESCRIPTION = "dataset.json"
VERSION = 1
FILES = tuple(file.name for file in MNIST.files)
"""Training images and labels, test images and labels."""
_LONGEST = 1_000_000
_Count = Annotated[int, Meta(ge=1, le=10_000_000)]


class DatasetDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a stored dataset without its images.

    Attributes:
        version: of the form.
        title: readable.
        class_names: the name of every class, in the order of their labels.
        train: number of training images.
        test: number of test images.
        files: sha256 of each of the four files, by name.
        source: where the images came from, as text.
        notes: sentences about what was changed or left out.
        created: seconds since 1970.
        former_names: names that it had before, of which runs may still speak.
    """

    version: int
    title: str
    class_names: tuple[str, ...]
    train: _Count
    test: _Count
    files: dict[str, str]
    source: str = ""
    notes: tuple[str, ...] = ()
    created: float = 0.0
    former_names: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 in hexadecimal: equal for the same images, labels, and names of classes."""
        return sha256(
            msgspec.json.encode([self.class_names, sorted(self.files.items())])
        ).hexdigest()


@dataclass(frozen=True)
class NewDataset:
    """Images that are about to be stored as a dataset.

    Attributes:
        title: readable.
        class_names: the name of every class, in the order of their labels.
        train: to train on.
        test: to test on.
        source: where they came from, as text.
        notes: sentences about what was changed or left out.
    """

    title: str
    class_names: tuple[str, ...]
    train: LabeledImages
    test: LabeledImages
    source: str
    notes: tuple[str, ...] = ()


def write(
    folder: Path,
    new: NewDataset,
    created: float,
    on_file: Callable[[], object] = lambda: None,
) -> DatasetDescription:
    """Stores a dataset in a new folder, which appears complete or not at all.

    Args:
        folder: that does not exist yet.
        new: the dataset.
        created: seconds since 1970.
        on_file: called before every file; what it raises leaves nothing behind.

    Raises:
        DataError: it has no images in one of its parts, or the disk fails.
        SpecError: the class names cannot be used.
    """
    check_class_names(new.class_names)
    _check(new)
    stage = folder.with_name(f".{folder.name}.{uuid4().hex}.part")
    try:
        hashes = {}
        arrays = (new.train.images, new.train.labels, new.test.images, new.test.labels)
        for name, array in zip(FILES, arrays, strict=True):
            on_file()
            content = idx.build(array)
            hashes[name] = sha256(content).hexdigest()
            write_bytes(stage / name, content)
        description = DatasetDescription(
            version=VERSION, title=new.title, class_names=new.class_names, train=len(new.train),
            test=len(new.test), files=hashes, source=new.source, notes=new.notes, created=created,
        )  # fmt: skip
        describe(stage, description)
        stage.rename(folder)
    except OSError as error:
        raise unwritable(error, folder) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return description


def describe(folder: Path, description: DatasetDescription) -> None:
    """Writes the description of a stored dataset.

    Raises:
        DataError: the disk fails.
    """
    write_bytes(folder / DESCRIPTION, msgspec.json.format(msgspec.json.encode(description)))


def description(folder: Path) -> DatasetDescription:
    """The description of a stored dataset.

    Raises:
        DataError: there is none, or it is damaged.
    """
    path = folder / DESCRIPTION
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(_LONGEST), type=DatasetDescription)
        check_class_names(found.class_names)
    except OSError as error:
        raise unreadable(error, path) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError, SpecError) as error:
        raise _damaged(folder, f"{DESCRIPTION} is not valid") from error
    if found.version > VERSION:
        raise DataError(
            f"The dataset in {folder} was stored by a newer version of MNIST Studio.",
            "Update MNIST Studio.",
        )
    return found


def read(folder: Path, name: str) -> Dataset:
    """A stored dataset, verified.

    Args:
        folder: that has it.
        name: of the dataset.

    Raises:
        DataError: it is missing or damaged.
    """
    known = description(folder)
    test = _part(folder, known, 2, known.test)
    return Dataset(
        name=name,
        title=known.title,
        source=known.source or f"the folder {folder}",
        train=_part(folder, known, 0, known.train),
        test=test,
        fingerprint=fingerprint(test),
        notes=(),
        class_names=known.class_names,
    )


def read_test(folder: Path) -> LabeledImages:
    """The test set of a stored dataset, verified; its training set is not read.

    Raises:
        DataError: it is missing or damaged.
    """
    known = description(folder)
    return _part(folder, known, 2, known.test)


def _check(new: NewDataset) -> None:
    for part, title in ((new.train, "training"), (new.test, "test")):
        if not len(part):
            raise DataError(f"The dataset has no {title} images.", "Add images to each class.")
        if int(part.labels.max()) >= len(new.class_names):
            raise DataError(
                f"The {title} labels go up to {int(part.labels.max())}, but there are "
                f"{len(new.class_names)} classes.",
                "Name every class.",
            )


def _part(folder: Path, known: DatasetDescription, first: int, count: int) -> LabeledImages:
    """The images and labels in two of the four files."""
    images, labels = (
        idx.parse(_content(folder, known, name), name, dimensions)
        for name, dimensions in zip(FILES[first : first + 2], (3, 1), strict=True)
    )
    found = LabeledImages(images, labels)
    if len(found) != count or int(found.labels.max(initial=0)) >= len(known.class_names):
        raise _damaged(folder, "its files do not match its description")
    return found


def _content(folder: Path, known: DatasetDescription, name: str) -> bytes:
    content = idx.read_raw(folder / name)
    if sha256(content).hexdigest() != known.files.get(name):
        raise _damaged(folder, f"the checksum of {name} does not match")
    return content


def _damaged(folder: Path, reason: str) -> DataError:
    return DataError(
        f"The dataset in {folder} is damaged: {reason}.",
        "Delete it, and import or download it again.",
    )
