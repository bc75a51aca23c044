"""The drawing on the canvas as a file."""

from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.errors import StoreError
from mnist_studio.store import saved_drawing
from mnist_studio.store.saved_drawing import SavedDrawing

STROKE = (InkPoint(0.25, 0.125, 0.0, 0.5), InkPoint(0.5, 0.75, 0.1, 0.9))


@pytest.mark.parametrize(
    "drawing",
    [
        SavedDrawing(),
        SavedDrawing((STROKE, STROKE[:1]), pen=0.09),
        SavedDrawing(picture=bytes(range(196)) * 8, title="Test image 7 of MNIST", label=9),
    ],
)
def test_a_drawing_comes_back_as_it_was(home: Path, drawing: SavedDrawing) -> None:
    saved_drawing.save(drawing, home)
    assert saved_drawing.load(home) == drawing


def test_without_a_file_the_canvas_is_empty(home: Path) -> None:
    assert saved_drawing.load(home) == SavedDrawing()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"ink": 3}', b'{"ink": [[[1e999, 0, 0, 0]]]}',
        b'{"picture": "AAAA"}', b'{"pen": -1}', b'{"label": 77}',
        b'{"ink": [[' + b"[0,0,0,0]," * 200_000 + b"[0,0,0,0]]]}",
    ],
)  # fmt: skip
def test_a_damaged_file_is_named_and_replaced(home: Path, content: bytes) -> None:
    file = paths.drawing_file(home)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"drawing\.json"):
        saved_drawing.load(home)
    saved_drawing.save(SavedDrawing((STROKE,)), home)
    assert saved_drawing.load(home).ink == (STROKE,)
