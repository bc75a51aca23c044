"""A drawing at the limits of what is stored is loaded, and one beyond them is not."""

from pathlib import Path

import msgspec
import pytest

from mnist_studio import paths
from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import MOST_POINTS
from mnist_studio.errors import StoreError
from mnist_studio.store import saved_drawing
from mnist_studio.store.saved_drawing import SavedDrawing

POINT = InkPoint(0.5, 0.5, 0.0, 0.5)


def loaded(home: Path, drawing: SavedDrawing) -> SavedDrawing:
    saved_drawing.save(drawing, home)
    return saved_drawing.load(home)


@pytest.mark.parametrize(
    "drawing",
    [
        SavedDrawing(((POINT,) * MOST_POINTS,)),
        SavedDrawing(((POINT,) * (MOST_POINTS // 2),) * 2),
        SavedDrawing(pen=1.0),
        SavedDrawing(pen=1e-9),
        SavedDrawing(label=0),
        SavedDrawing(label=9),
        SavedDrawing(picture=bytes(784 * 3)),
    ],
)
def test_what_is_at_a_limit_is_loaded(home: Path, drawing: SavedDrawing) -> None:
    assert loaded(home, drawing) == drawing


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        (SavedDrawing(((POINT,) * (MOST_POINTS + 1),)), "the strokes are not valid"),
        (SavedDrawing(pen=0.0), "the pen or the label is not valid"),
        (SavedDrawing(pen=1.5), "the pen or the label is not valid"),
        (SavedDrawing(label=-1), "the pen or the label is not valid"),
        (SavedDrawing(label=10), "the pen or the label is not valid"),
        (SavedDrawing(picture=bytes(783)), "the picture has a wrong size"),
        (SavedDrawing(picture=bytes(785)), "the picture has a wrong size"),
    ],
)
def test_what_is_beyond_a_limit_is_named(home: Path, drawing: SavedDrawing, why: str) -> None:
    with pytest.raises(StoreError) as raised:
        loaded(home, drawing)
    file = paths.drawing_file(home)
    assert raised.value.problem == f"The drawing of your last session is damaged: {file} ({why})."
    assert raised.value.remedy == "Draw again. The new drawing will replace the file."


@pytest.mark.parametrize("value", ["1e999", "-1e999"])
@pytest.mark.parametrize("place", range(4))
def test_a_number_that_is_not_finite_is_refused(home: Path, value: str, place: int) -> None:
    file = paths.drawing_file(home)
    file.parent.mkdir()
    point = ["0.5"] * 4
    point[place] = value
    file.write_text(f'{{"ink": [[[{",".join(point)}]]]}}')
    with pytest.raises(StoreError, match=r"drawing\.json"):
        saved_drawing.load(home)


def test_a_file_may_be_as_large_as_its_limit(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert saved_drawing.LARGEST == 64 * MOST_POINTS
    drawing = SavedDrawing(((POINT,),))
    size = len(msgspec.json.encode(drawing))
    monkeypatch.setattr(saved_drawing, "LARGEST", size)
    assert loaded(home, drawing) == drawing
    monkeypatch.setattr(saved_drawing, "LARGEST", size - 1)
    with pytest.raises(StoreError, match="truncated"):
        saved_drawing.load(home)
