"""The drawing on the canvas as one file of the home, so that it survives a restart or a crash."""

from math import isfinite
from pathlib import Path

import msgspec

from mnist_studio import paths
from mnist_studio.data import files
from mnist_studio.data.images import SIDE
from mnist_studio.data.ink.rendering import UNIT_PAD, Ink
from mnist_studio.data.own_images import MOST_POINTS
from mnist_studio.errors import StoreError
from mnist_studio.store.disk import reading, writing

LARGEST = 64 * MOST_POINTS
"""Bytes of a file; a point needs fewer than 64."""


class SavedDrawing(msgspec.Struct, frozen=True):
    """The content of the canvas.

    Attributes:
        ink: strokes in a square with sides of length 1.
        pen: width of the pen in that square.
        picture: 784·n bytes, n images side by side, by rows; empty for strokes.
        title: the source of the picture, if its true label is known.
        label: 0-9, of that picture.
    """

    ink: Ink = ()
    pen: float = UNIT_PAD.pen
    picture: bytes = b""
    title: str = ""
    label: int = 0


def save(drawing: SavedDrawing, home: Path | None = None) -> None:
    """Replaces the saved drawing atomically.

    Raises:
        StoreError: the disk is full or does not allow it.
    """
    file = paths.drawing_file(home)
    with writing(file):
        files.write_bytes(file, msgspec.json.encode(drawing))


def load(home: Path | None = None) -> SavedDrawing:
    """The saved drawing; an empty one if there is none.

    Raises:
        StoreError: the file cannot be read or is damaged; the next ``save`` replaces it.
    """
    file = paths.drawing_file(home)
    if not file.exists():
        return SavedDrawing()
    with reading(file), file.open("rb") as opened:
        content = opened.read(LARGEST)
    try:
        return _checked(msgspec.json.decode(content, type=SavedDrawing))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise StoreError(
            f"The drawing of your last session is damaged: {file} ({error}).",
            "Draw again. The new drawing will replace the file.",
        ) from error


def _checked(drawing: SavedDrawing) -> SavedDrawing:
    points = [point for stroke in drawing.ink for point in stroke]
    if len(points) > MOST_POINTS or not all(isfinite(value) for point in points for value in point):
        raise ValueError("the strokes are not valid")
    if len(drawing.picture) % (SIDE * SIDE):
        raise ValueError("the picture has a wrong size")
    if not (0 < drawing.pen <= 1 and 0 <= drawing.label <= 9):
        raise ValueError("the pen or the label is not valid")
    return drawing
