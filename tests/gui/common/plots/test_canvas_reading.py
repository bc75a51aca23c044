"""Line plots that are read: aligned, with all values at a place, zoomed, and filling the page."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import AxisSpec, Line, Lines
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.legend import KeyLegend
from mnist_studio.gui.common.plots.canvas import Canvas
from mnist_studio.gui.common.plots.chart import ChartView
from mnist_studio.gui.common.plots.run_lines import LineMarks, family
from mnist_studio.gui.theme.theme import Theme

KEYS = ("numpy/0/test/0", "pytorch/0/test/1", "keras/0/test/2")
EPOCHS = AxisSpec("Epoch", "count", low=0.0, high=20.0)
ACCURACY, LOSS = AxisSpec("Accuracy", "fraction"), AxisSpec("Loss")


def chart(y: AxisSpec, *values: float, keys: tuple[str, ...] = KEYS) -> Lines:
    """The same curve for every key."""
    x = tuple(float(at) for at in range(1, len(values) + 1))
    return Lines(EPOCHS, y, tuple(Line(key, key.split("/")[0], x, values) for key in keys))


@pytest.fixture
def hover(qtbot: QtBot) -> Hover:
    return Hover(family)


@pytest.fixture
def view(theme: Theme, hover: Hover, qtbot: QtBot) -> Iterator[ChartView]:
    page = QWidget()
    qtbot.addWidget(page)
    made = ChartView(theme, LineMarks(theme), hover)
    lines = QVBoxLayout(page)
    lines.addWidget(made)
    other = QWidget()
    other.setMinimumHeight(200)
    lines.addWidget(other)
    page.resize(500, 500)
    page.show()
    yield made
    page.hide()


def drawn(view: ChartView, lines: Lines) -> Canvas:
    view.take("Accuracy", lines)
    view.refresh()
    QTest.qWait(20)
    assert isinstance(view.inside, Canvas)
    return view.inside


def ranges(canvas: Canvas) -> list[list[float]]:
    found: list[list[float]] = canvas.getPlotItem().getViewBox().viewRange()
    return found


def test_all_epochs_are_visible_from_the_start_and_accuracy_follows_the_curves(
    view: ChartView,
) -> None:
    canvas = drawn(view, chart(ACCURACY, 0.95, 0.96))
    (low, high), (bottom, top) = ranges(canvas)
    assert -1 < low <= 0 < 20 <= high < 21
    assert 0.945 < bottom < 0.95 < 0.96 < top < 0.965
    canvas.draw(chart(ACCURACY, 0.95, 0.96, 0.99))
    assert ranges(canvas)[0] == [low, high]
    assert ranges(canvas)[1][1] > 0.99


def test_plots_have_the_same_left_margin(view: ChartView) -> None:
    lefts = set()
    for lines in (chart(ACCURACY, 0.5, 0.6), chart(LOSS, 3.0, 1.0), chart(LOSS, 0.0123, 0.0124)):
        canvas = drawn(view, lines)
        lefts.add(canvas.getPlotItem().getViewBox().sceneBoundingRect().left())
    assert len(lefts) == 1


def test_all_values_at_a_place_are_listed(view: ChartView) -> None:
    lines = chart(ACCURACY, 0.95, 0.96)
    batches = Line("keras/0/batch/2", "keras · batches", (1.5, 2.0), (0.5, 0.75), thin=True)
    canvas = drawn(view, Lines(lines.x, lines.y, (*lines.lines, batches)))
    values = [(line.title, value) for line, value in canvas.values_at(2.0)]
    assert values == [
        ("numpy", "96.00 %"), ("pytorch", "96.00 %"), ("keras", "96.00 %"),
        ("keras · batches", "75.00 %"),
    ]  # fmt: skip
    assert [line.title for line, _ in canvas.values_at(1.5)] == ["keras · batches"]
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.accessibleDescription() == (
        "Epoch: 1, numpy: 95.00 %, pytorch: 95.00 %, keras: 95.00 %"
    )


def test_three_curves_that_coincide_are_all_visible(view: ChartView, theme: Theme) -> None:
    lines = chart(AxisSpec("Loss", low=0.0, high=1.0), *([0.5] * 20))
    canvas = drawn(view, lines)
    left, right = (
        canvas.mapFromScene(canvas.getPlotItem().getViewBox().mapViewToScene(QPointF(x, 0.5)))
        for x in (1.3, 1.9)
    )
    picture = canvas.grab().toImage()
    seen = {
        QColor(picture.pixel(x, y)).name()
        for x in range(left.x(), right.x() + 40)
        for y in range(left.y() - 4, left.y() + 5)
    }
    for name in ("numpy", "pytorch", "keras"):
        assert theme.palette.framework(name).lower() in seen, name


def test_the_legend_hides_and_shows_curves_also_with_the_keyboard(
    view: ChartView, hover: Hover, theme: Theme, qtbot: QtBot
) -> None:
    legend = KeyLegend(theme, LineMarks(theme), hover)
    qtbot.addWidget(legend)
    legend.resize(400, 30)
    legend.show_entries([(key, key.split("/")[0]) for key in KEYS])
    legend.show()
    low, high = chart(ACCURACY, 0.1, 0.1, keys=KEYS[:1]), chart(ACCURACY, 0.9, 0.95, keys=KEYS[1:])
    canvas = drawn(view, Lines(low.x, low.y, low.lines + high.lines))
    QTest.mouseClick(legend, Qt.MouseButton.LeftButton, pos=QPoint(5, 10))
    assert [line.key for line in canvas._placed] == list(KEYS[1:])
    assert ranges(canvas)[1][0] > 0.8
    assert legend.accessibleDescription() == "numpy (hidden), pytorch, keras"
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(legend, key)
    assert [line.key for line in canvas._placed] == [KEYS[0], KEYS[2]]


def test_zooming_and_back(view: ChartView, qtbot: QtBot) -> None:
    canvas = drawn(view, chart(ACCURACY, *np.linspace(0.5, 0.9, 20)))
    whole = ranges(canvas)
    assert not view.tools.all_button.isEnabled()
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert ranges(canvas)[0][1] < whole[0][1]
    canvas.draw(chart(ACCURACY, *np.linspace(0.5, 0.95, 20)))
    assert ranges(canvas)[0][1] < whole[0][1]  # New values do not end the zoom.
    view.tools.all_button.click()
    assert ranges(canvas)[0] == whole[0]
    assert not view.tools.all_button.isEnabled()


def test_a_plot_fills_the_page_and_goes_back_with_escape(view: ChartView, qtbot: QtBot) -> None:
    canvas = drawn(view, chart(ACCURACY, 0.5, 0.6))
    size = canvas.size()
    view.tools.fill_button.click()
    filled = view.filled
    assert filled is not None
    assert filled.size() == view.window().size()
    assert len(filled.legend.entries) == 3
    qtbot.waitUntil(lambda: canvas.height() > size.height())
    canvas.draw(chart(ACCURACY, 0.5, 0.6, 0.7))
    QTest.keyClick(filled, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: view.filled is None and canvas.size() == size)
    assert canvas.parentWidget() is view
