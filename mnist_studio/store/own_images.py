"""The user's own images, and the fixed sets of them that runs are trained or compared on."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol

import msgspec
import numpy as np
from msgspec import Meta

from mnist_studio import paths
from mnist_studio.data.images import SIDE, LabeledImages
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import MOST_POINTS, OwnImage, has_its_key, labeled_images
from mnist_studio.errors import DataError, MnistStudioError, UnknownName
from mnist_studio.spec.run import DIGITS
from mnist_studio.store import tensors
from mnist_studio.store.database import Database
from mnist_studio.store.rows import Row, typed, unreadable, whole
from mnist_studio.store.run_record import Moment

_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, eq=False)
class OwnImageSet:
    """A set of own images.

    Attributes:
        keys: of the images, in their order.
        digits: images and labels.
        fingerprint: of all fields, 32 hexadecimal digits.
    """

    keys: tuple[str, ...]
    digits: LabeledImages
    fingerprint: str

    def without(self, keys: frozenset[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The indices (k,) of the images without these keys."""
        return np.array([at for at, key in enumerate(self.keys) if key not in keys], dtype=np.int64)


def of(digits: Sequence[OwnImage]) -> OwnImageSet:
    """A set of these images, ordered by key."""
    ordered = sorted(digits, key=lambda digit: digit.key)
    return _set(tuple(digit.key for digit in ordered), labeled_images(ordered))


def freeze(digits: Sequence[OwnImage], home: Path | None = None) -> OwnImageSet:
    """Stores a set of these images for the runs that are trained on it.

    Raises:
        DataError: the sequence is empty.
        StoreError: the file cannot be written.
    """
    if not digits:
        raise DataError(
            "You have no labeled images yet.", "Draw digits on the Draw page and label them."
        )
    found = of(digits)
    path = _path(found.fingerprint, home)
    if not path.exists():
        keys = np.frombuffer("".join(found.keys).encode(), np.uint8)
        arrays = {"keys": keys, "images": found.digits.images, "labels": found.digits.labels}
        tensors.save(path, arrays)
    return found


def load(fingerprint: str, home: Path | None = None) -> OwnImageSet:
    """The set of that fingerprint.

    Raises:
        DataError: it is not on this computer, or is damaged.
    """
    if not _FINGERPRINT.fullmatch(fingerprint) or not _path(fingerprint, home).exists():
        raise DataError(
            f"The image set {fingerprint[:8]} is not on this computer.",
            "Train without your images, or with those on this computer.",
        )
    try:
        arrays = tensors.load(_path(fingerprint, home)).arrays
        text = arrays["keys"].astype(np.uint8).tobytes().decode("ascii")
        keys = tuple(text[at : at + 32] for at in range(0, len(text), 32))
        found = _set(keys, LabeledImages(arrays["images"], arrays["labels"]))
    except (MnistStudioError, KeyError, ValueError) as error:
        raise _damaged(fingerprint) from error
    if found.fingerprint != fingerprint:
        raise _damaged(fingerprint)
    return found


def _set(keys: tuple[str, ...], digits: LabeledImages) -> OwnImageSet:
    digest = hashlib.sha256("".join(keys).encode())
    digest.update(np.ascontiguousarray(digits.images).data)
    digest.update(np.ascontiguousarray(digits.labels).data)
    return OwnImageSet(keys, digits, digest.hexdigest()[:32])


def _path(fingerprint: str, home: Path | None) -> Path:
    return paths.own_image_sets(home) / f"{fingerprint}.safetensors"


def _damaged(fingerprint: str) -> DataError:
    return DataError(
        f"The image set {fingerprint[:8]} is damaged.",
        "Train without your images, or select them again.",
    )


_WHAT = "own image"
_FARTHEST = 1e4
"""Limit for a coordinate on a canvas with sides of length 1; a pen can leave the canvas."""

IMAGE_COLUMNS = "key, label, created, pen, strokes, picture"
INSERT_IMAGE = f"INSERT OR IGNORE INTO own_images ({IMAGE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_Stroke = tuple[tuple[float, float, float, float], ...]
_STROKES = msgspec.json.Decoder(tuple[_Stroke, ...])
_Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Label = Annotated[int, Meta(ge=0, lt=len(DIGITS))]
_Picture = Annotated[bytes, Meta(min_length=SIDE * SIDE, max_length=SIDE * SIDE)]
_Pen = Annotated[float, Meta(gt=0, le=1)]


class _ImageRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the table, with the types and limits that the program relies on."""

    key: _Key
    label: _Label
    created: Moment
    pen: _Pen
    strokes: str
    picture: _Picture | None


class Journal(Protocol):
    """A second place of the images; see ``own_image_journal``."""

    def add(self, images: Iterable[OwnImage]) -> None:
        """Takes new images, or those with new labels."""

    def delete(self, keys: Iterable[str]) -> None:
        """Takes the keys of deleted images."""

    def complete(self, images: Iterable[OwnImage]) -> None:
        """Takes all images of the database."""


class OwnImages:
    """The user's own images; ``RunStore.own_images`` is one. Only for the thread of the store.

    Every method raises StoreError, with a remedy, if the disk or the database fails.
    """

    def __init__(self, database: Database, journal: Journal, changed: Callable[[], object]) -> None:
        """For ``RunStore``.

        Args:
            database: open and migrated.
            journal: gets every change.
            changed: called after every change.
        """
        self._database = database
        self._journal = journal
        self._changed = changed

    def complete_journal(self) -> None:
        """Writes what the journal lacks, as an earlier version leaves it."""
        with self._database.writing():
            self._journal.complete(self.all())

    def all(self) -> tuple[OwnImage, ...]:
        """All own images, oldest first; a damaged one is logged and skipped."""
        query = f"SELECT {IMAGE_COLUMNS} FROM own_images ORDER BY created, key"
        return tuple(whole(image_of, self._database.rows(query)))

    def summary(self) -> tuple[tuple[str, int], ...]:
        """Key and label of all own images, oldest first; equal while nothing has changed."""
        return tuple(self._database.rows("SELECT key, label FROM own_images ORDER BY created, key"))

    def add(self, images: Sequence[OwnImage]) -> int:
        """Adds images in one transaction; images that are already stored stay unchanged.

        Returns:
            The number of new images.
        """
        return self.change((), images)

    def relabel(self, key: str, label: int) -> None:
        """Changes the label of an image.

        Raises:
            UnknownName: there is no such image.
        """
        with self._database.writing() as connection:
            connection.execute("UPDATE own_images SET label = ? WHERE key = ?", (label, key))
            query = f"SELECT {IMAGE_COLUMNS} FROM own_images WHERE key = ?"
            changed = connection.execute(query, (key,)).fetchone()
            if not changed:
                raise UnknownName("This image no longer exists.", "Choose another image.")
            self._journal.add(whole(image_of, [changed]))
        self._changed()

    def delete(self, keys: Sequence[str]) -> None:
        """Deletes images; missing ones are ignored."""
        self.change(keys, ())

    def change(self, removed: Sequence[str], added: Sequence[OwnImage]) -> int:
        """Deletes images by their keys and adds others in one transaction.

        Returns:
            The number of new images.
        """
        with self._database.writing() as connection:
            connection.executemany(
                "DELETE FROM own_images WHERE key = ?", [(key,) for key in removed]
            )
            known = {key for (key,) in connection.execute("SELECT key FROM own_images")}
            before = connection.total_changes
            connection.executemany(INSERT_IMAGE, map(row_of, added))
            new = connection.total_changes - before
            self._journal.delete(removed)
            self._journal.add(image for image in added if image.key not in known)
        self._changed()
        return new


def image_of(row: Row) -> OwnImage:
    """The own image in a row of ``IMAGE_COLUMNS``.

    Raises:
        StoreDamaged: the row is damaged.
    """
    stored = typed(row, _ImageRow, _WHAT)
    try:
        strokes = _STROKES.decode(stored.strokes)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise unreadable(_WHAT, stored.key, error) from error
    points = [value for stroke in strokes for point in stroke for value in point[:2]]
    if max(map(abs, points), default=0.0) > _FARTHEST or len(points) > 2 * MOST_POINTS:
        raise unreadable(_WHAT, stored.key, "its strokes are not valid.")
    if not (any(strokes) or stored.picture):
        raise unreadable(_WHAT, stored.key, "it has neither strokes nor pixels.")
    ink = tuple(tuple(InkPoint(*point) for point in stroke) for stroke in strokes)
    return OwnImage(
        stored.key, stored.label, stored.created, ink, stored.pen, stored.picture or b""
    )


def confirmed_image_of(row: Row) -> OwnImage:
    """Like ``image_of``, and also compares the content with its key, which takes longer.

    Raises:
        StoreDamaged: the row is damaged.
    """
    image = image_of(row)
    if not has_its_key(image):
        raise unreadable(_WHAT, image.key, "its content does not match its key.")
    return image


def row_of(image: OwnImage) -> Row:
    """The row of an own image."""
    strokes = msgspec.json.encode(image.ink).decode()
    return image.key, image.label, image.created, image.pen, strokes, image.picture or None
