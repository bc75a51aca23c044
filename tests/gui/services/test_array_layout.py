import numpy as np
import pytest
from PySide6.QtCore import QLineF, Qt

from mnist_studio.explanation.parts import Layers, LayerView
from mnist_studio.gui.common.array_map import edges
from mnist_studio.gui.draw.explanation.trace import NumbersTable
from mnist_studio.gui.services.array_layout import layout_of, pixel_layout
from mnist_studio.gui.services.layer_pictures import pictures, scale


@pytest.mark.parametrize(
    "shape",
    [(10,), (128,), (576,), (784,), (784, 12), (128, 10), (26, 26, 16), (7, 7, 1), (5, 5, 13),
     (3, 3, 1, 24), (3, 3, 8, 16), (3, 3, 2, 7)],
)  # fmt: skip
def test_every_number_stands_once_and_can_be_text(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).normal(size=shape)
    found = layout_of(array)
    assert found.values.shape == found.places.shape
    inside = found.places >= 0
    assert sorted(found.places[inside].tolist()) == list(range(array.size))
    np.testing.assert_array_equal(found.values[inside], array.ravel()[found.places[inside]])
    assert np.isnan(found.values[~inside]).all()
    assert found.largest == np.abs(array).max()
    row, column = np.argwhere(inside)[-1].tolist()
    index = np.unravel_index(found.places[row, column], shape)
    text = found.text(row, column)
    assert text == f"[{', '.join(map(str, map(int, index)))}] = {array[index]:.4g}"


def test_maps_are_tiles_of_equal_rows() -> None:
    maps = np.zeros((4, 4, 16))
    maps[1, 2, 9] = 5
    found = layout_of(maps)
    assert found.values.shape == (2 * 5 - 1, 8 * 5 - 1)
    assert found.values[5 + 1, 5 + 2] == 5
    assert found.text(4, 0) == ""


def test_a_kernel_that_sees_pixels_is_a_picture_a_unit() -> None:
    kernel = np.zeros((784, 12))
    kernel[28 * 3 + 4, 7] = -2
    found = layout_of(kernel)
    assert found.values.shape == (2 * 29 - 1, 6 * 29 - 1)
    assert found.values[29 + 3, 29 + 4] == -2


def test_pixels_stay_as_they_are() -> None:
    pixels = np.arange(784.0).reshape(28, 28)
    np.testing.assert_array_equal(pixel_layout(pixels).values, pixels)
    assert pixel_layout(pixels).text(1, 2) == "[1, 2] = 30"


def test_layers_that_only_change_the_shape_have_no_picture() -> None:
    kernel, vector = np.ones((784, 10)), np.zeros(10)
    flat = LayerView("flatten1", "flatten", np.zeros(784), None)
    found = pictures(Layers((flat, LayerView("dense1", "dense 10", vector, kernel))))
    (dense,) = found
    assert (dense.name, dense.title) == ("dense1", "dense1 · dense 10 → 10")
    assert dense.kernel is not None
    assert (scale(dense.kernel), scale(dense.output)) == ("±1", "0 everywhere")
    changed = pictures(Layers((LayerView("dense1", "dense 10", vector, kernel * 2),)))
    assert changed[0].mark != dense.mark


def test_the_numbers_of_an_array_in_rows() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    table = NumbersTable()
    table.show_array(array)
    assert (table.rowCount(), table.columnCount()) == (6, 4)
    assert table.index(4, 3).data() == f"{array[1, 1, 3]:.4g}"
    assert table.headerData(4, Qt.Orientation.Vertical) == "1, 1"
    table.show_array(None)
    assert table.rowCount() == 0


def test_the_outline_goes_around() -> None:
    inside = np.zeros((3, 3), bool)
    inside[1, 1] = True
    assert set(map(_ends, edges(inside))) == {
        (1, 1, 2, 1), (1, 2, 2, 2), (1, 1, 1, 2), (2, 1, 2, 2),
    }  # fmt: skip


def _ends(line: QLineF) -> tuple[float, ...]:
    return line.x1(), line.y1(), line.x2(), line.y2()
