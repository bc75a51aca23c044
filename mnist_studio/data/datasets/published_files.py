"""The published datasets from their files, wherever those were left, and told apart by content.

Fashion-MNIST and Kuzushiji-MNIST have the file names, sizes, and label values of MNIST. A checksum
tells them apart where one is published; else the images do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_studio.data.datasets import idx, npz, similarity, usps
from mnist_studio.data.datasets.archives import (
    FoundFile,
    checksum,
    file_checksum,
    files_in,
    unpacked,
)
from mnist_studio.data.datasets.catalog import MNIST
from mnist_studio.data.datasets.published import PUBLISHED, Published
from mnist_studio.data.datasets.stored import NewDataset
from mnist_studio.data.files import unreadable
from mnist_studio.data.formats import EMPTY, HEAD, PAGE, format_of
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.errors import DataError
from mnist_studio.formatting import count
from mnist_studio.spec import datasets

_MNIST_BRIGHTNESS = (32.0, 35.5)
_KMNIST_ARRAYS = tuple(
    f"kmnist-{part}-{what}.npz" for part in ("train", "test") for what in ("imgs", "labels")
)
_BY_CONTENT = (
    "The unpacked files have no published checksum. They were checked by the numbers of images, "
    "the labels, and the brightness."
)

Copies = tuple[FoundFile, ...]
"""The same file under several spellings, packed or not, in one place."""


@dataclass(frozen=True)
class _Content:
    """One of the files of a dataset.

    Attributes:
        raw: its unpacked content.
        name: of the file that it came from.
        verified: whether a published checksum matches.
    """

    raw: bytes
    name: str
    verified: bool


def read(
    place: Path,
    wanted: Published,
    check: Callable[[], object] = lambda: None,
    known: Sequence[Published] = tuple(PUBLISHED.values()),
) -> NewDataset:
    """A published dataset from a folder or an archive, upright, with labels from 0.

    Args:
        place: the folder, one above it, a ZIP archive, or one of the files.
        wanted: the dataset.
        check: called between files; what it raises ends the reading.
        known: all published datasets, for saying which one the files are of.

    Raises:
        DataError: it is not there, is damaged, or is another dataset; says which.
    """
    found = files_in(place)
    candidates = _candidates(found, wanted)
    errors: list[DataError] = []
    for files in candidates:
        try:
            return _read(files, wanted, check, known)
        except DataError as error:
            errors.append(error)
    if errors:
        raise DataError(" ".join(dict.fromkeys(e.problem for e in errors)), errors[0].remedy)
    raise _missing(place, found, wanted)


def identity(test: LabeledImages, known: Sequence[Published] = tuple(PUBLISHED.values())) -> str:
    """The name of the dataset that a test set is of, by its content; empty if that is not known.

    Args:
        test: a test set in the form of IDX files named like MNIST's.
        known: the published datasets.
    """
    if sha256(idx.build(test.labels)).hexdigest() == MNIST.test_labels.sha256:
        low, high = _MNIST_BRIGHTNESS
        return "mnist" if low <= float(test.images.mean()) <= high else ""
    matching = (one.name for one in known if one.form == "idx" and _is_like(test, one))
    return next(matching, "")


def another(found: str, wanted: str) -> DataError:
    """The error for files of another dataset than the wanted one."""
    title, other = datasets.title(wanted), datasets.title(found)
    return DataError(
        f"These files are {other}'s, not {title}'s, which has the same file names.",
        f"Import them as {other}: mnist-studio datasets import FOLDER --name {found}"
        if found != "mnist"
        else "Select another folder, or train on MNIST with: --data FOLDER",
    )


def _names(wanted: Published) -> tuple[str, ...]:
    """The plain names of the files that hold a dataset."""
    if wanted.form == "emnist":
        return tuple(
            f"{wanted.name}-{part}-{what}-ubyte"
            for part in ("train", "test")
            for what in ("images-idx3", "labels-idx1")
        )
    return tuple(FoundFile(Path(file.name)).plain_name for file in wanted.files)


def _candidates(found: Sequence[FoundFile], wanted: Published) -> list[list[Copies]]:
    """Files that can be a dataset together: those of one folder, each with its copies there."""
    groups = [_names(wanted)]
    if wanted.name == "kuzushiji-mnist":
        groups.append(_KMNIST_ARRAYS)
    return [files for names in groups for files in _of_names(found, names)]


def _of_names(found: Sequence[FoundFile], names: tuple[str, ...]) -> list[list[Copies]]:
    named = [file for file in found if file.plain_name in names]
    complete: list[list[Copies]] = []
    for place in dict.fromkeys(place for file in named for place in file.places):
        here = [file for file in named if place in file.places]
        copies = [tuple(file for file in here if file.plain_name == name) for name in names]
        if all(copies):
            complete.append(copies)
    return complete


def _read(
    files: Sequence[Copies],
    wanted: Published,
    check: Callable[[], object],
    known: Sequence[Published],
) -> NewDataset:
    contents = []
    notes: list[str] = []
    whole = _is_published_archive(files[0][0], wanted)
    for number, copies in enumerate(files):
        check()
        content = _first_good(copies, wanted, number, notes)
        contents.append(replace(content, verified=content.verified or whole))
    train, test = _parts(contents, wanted, known)
    facts = datasets.CATALOG[wanted.name]
    verified = all(one.verified for one in contents)
    return NewDataset(
        facts.title,
        facts.class_names,
        train,
        test,
        files[0][0].place,
        (*notes, *(() if verified else (_BY_CONTENT,))),
    )


def _first_good(copies: Copies, wanted: Published, number: int, notes: list[str]) -> _Content:
    """The content of the first copy with the published checksum, else the first in its format.

    An interrupted extraction leaves an empty or partial file next to the good archive.

    Args:
        copies: of one file.
        wanted: the dataset.
        number: of the file.
        notes: gets a sentence about each damaged copy that a good one replaces.

    Raises:
        DataError: all of them are damaged; names each.
    """
    errors: list[DataError] = []
    good: list[_Content] = []
    for file in copies:
        try:
            content = _content(file, wanted, number)
            if len(copies) > 1 and not content.verified:
                _check_format(content, wanted, number)
        except DataError as error:
            errors.append(error)
            continue
        good.append(content)
        if content.verified:
            break
    if not good:
        raise DataError(" ".join(dict.fromkeys(e.problem for e in errors)), errors[0].remedy)
    used = next((one for one in good if one.verified), good[0])
    # A checksum is often published for the archive only, so the content decides.
    errors += [
        idx.damaged(one.name, "its content differs from the published one")
        for one in good
        if used.verified and one.raw != used.raw
    ]
    notes += [f"{error.problem} MNIST Studio used {used.name} instead." for error in errors]
    return used


def _check_format(content: _Content, wanted: Published, number: int) -> None:
    """Parses a file.

    Raises:
        DataError: it is damaged.
    """
    if wanted.form == "usps":
        usps.parsed(content.raw, content.name)
    elif number % 2:
        _labels(content, wanted)
    else:
        _array(content, 3)


def _is_published_archive(file: FoundFile, wanted: Published) -> bool:
    """Whether all files are in one archive that has the published checksum."""
    if not file.member or len(wanted.files) > 1:
        return False
    try:
        return file_checksum(file.path) == wanted.files[0].md5
    except OSError as error:
        raise unreadable(error, file.path) from error


def _content(file: FoundFile, wanted: Published, number: int) -> _Content:
    packed = file.packed()
    sums = {checksum(packed)}
    raw = unpacked(packed, file.name)
    if (kind := format_of(raw[:HEAD])) in (EMPTY, PAGE):
        raise idx.damaged(file.name, f"it is {kind}")
    if raw is not packed:
        sums.add(checksum(raw))
    published = wanted.files[number] if len(wanted.files) > number else wanted.files[0]
    return _Content(
        raw, file.name, bool(sums & {published.md5, published.raw_md5 or published.md5})
    )


def _parts(
    contents: Sequence[_Content], wanted: Published, known: Sequence[Published]
) -> tuple[LabeledImages, LabeledImages]:
    """Training and test images.

    Raises:
        DataError: they are not those of the wanted dataset.
    """
    if wanted.form == "usps":
        train, test = (usps.parsed(one.raw, one.name) for one in contents)
    else:
        images_of_train, labels_of_train, images_of_test, labels_of_test = contents
        train = _pair(images_of_train, labels_of_train, wanted)
        test = _pair(images_of_test, labels_of_test, wanted)
    if not all(one.verified for one in contents):
        _check_content(train, test, wanted, known)
    return train, test


def _pair(images: _Content, labels: _Content, wanted: Published) -> LabeledImages:
    pixels, classes = _array(images, 3), _labels(labels, wanted)
    if pixels.shape[1:] != (SIDE, SIDE) or len(pixels) != len(classes):
        raise idx.damaged(images.name, "its images do not match its labels")
    if wanted.form == "emnist":
        pixels = np.ascontiguousarray(pixels.transpose(0, 2, 1))
    return LabeledImages(pixels, classes)


def _array(content: _Content, dimensions: int) -> NDArray[np.uint8]:
    if content.name.endswith(".npz"):
        return npz.first_array(content.raw, content.name)
    return idx.parse(content.raw, content.name, dimensions)


def _labels(content: _Content, wanted: Published) -> NDArray[np.uint8]:
    """Labels from 0: EMNIST's letters count from 1, QMNIST's are the first of eight numbers."""
    if wanted.form == "qmnist":
        return idx.parse_wide_labels(content.raw, content.name)
    labels = _array(content, 1)
    if wanted.name == "emnist-letters":
        if labels.size and int(labels.min()) < 1:
            raise idx.damaged(content.name, "its labels do not begin at 1")
        return labels - 1
    return labels


def _check_content(
    train: LabeledImages, test: LabeledImages, wanted: Published, known: Sequence[Published]
) -> None:
    """Checks files without a matching checksum.

    Raises:
        DataError: they are of another dataset, or not like the wanted one.
    """
    if wanted.form == "idx":
        found = identity(test, known)
        if found and found != wanted.name:
            raise another(found, wanted.name)
    title = datasets.title(wanted.name)
    remedy = (
        f"Get the files again, or download {title}. If it is a dataset of your own, choose "
        f"another name for it."
    )
    if (len(train), len(test)) != (wanted.train, wanted.test):
        raise DataError(
            f"These files are not {title}: they have {count(len(train))} and {count(len(test))} "
            f"images, not {count(wanted.train)} and {count(wanted.test)}.",
            remedy,
        )
    has_sums = wanted.form == "idx" and all(file.raw_md5 for file in wanted.files)
    if has_sums or not _is_like(test, wanted):
        raise DataError(
            f"These files are not {title}: their checksums do not match the published ones.", remedy
        )
    if datasets.CATALOG[wanted.name].digits and (odd := similarity.problems(test)):
        raise DataError(
            f"These files differ from the published ones of {title}. {' '.join(odd)}", remedy
        )


def _is_like(test: LabeledImages, wanted: Published) -> bool:
    """Whether a test set has the size, the labels, and the brightness of a dataset."""
    classes = len(datasets.CATALOG[wanted.name].class_names)
    counts = np.bincount(test.labels, minlength=classes)
    low, high = wanted.brightness
    return (
        len(test) == wanted.test
        and len(counts) == classes
        and bool((counts > 0).all())
        and (not wanted.even or len(set(counts.tolist())) == 1)
        and low <= float(test.images.mean()) <= high
    )


def _missing(place: Path, found: Sequence[FoundFile], wanted: Published) -> DataError:
    title = datasets.title(wanted.name)
    names = _names(wanted)
    present = {file.plain_name for file in found}
    what = "folder" if place.is_dir() else "file"
    if not place.exists():
        return DataError(f"{place} does not exist.", "Check the spelling.")
    lacking = [name for name in names if name not in present]
    but = ""
    if any(name.endswith(".mat") for name in present) and wanted.form == "emnist":
        but = ", but a MATLAB file. Take EMNIST's file gzip.zip, whose images can be read"
    elif 0 < len(lacking) < len(names):
        but = f": {', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing"
    return DataError(
        f"The {what} {place} does not contain {title}{but}.",
        f"Select a folder with {names[0]} and the other files, packed or not, as torchvision, "
        f"Keras, or a browser left them.",
    )
