"""What line plots show around few points, in color, and when zoomed."""

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.analysis.view import AxisSpec, Line, Lines
from mnist_studio.gui.common.hover import Hover
from mnist_studio.gui.common.plots.chart import LinePlot
from mnist_studio.gui.common.plots.run_lines import LineMarks, family
from mnist_studio.gui.common.plots.ticks import axis_ticks
from mnist_studio.gui.theme.theme import Theme

EPOCHS = AxisSpec("Epoch", "count")
ACCURACY, LOSS = AxisSpec("Accuracy", "fraction"), AxisSpec("Loss")


def chart(key: str, y: AxisSpec, *values: float) -> Lines:
    x = tuple(float(at) for at in range(1, len(values) + 1))
    return Lines(EPOCHS, y, (Line(key, "One", x, values),))


@pytest.mark.parametrize(
    ("axis", "value", "low", "high"), [(ACCURACY, 0.98, -0.03, 1.05), (LOSS, 0.05, -0.1, 2.0)]
)
def test_the_axis_around_a_single_point_shows_only_possible_values(
    theme: Theme, qtbot: QtBot, axis: AxisSpec, value: float, low: float, high: float
) -> None:
    from mnist_studio.gui.common.plots.canvas import Canvas

    plot = LinePlot("Measure", theme, QWidget(), Hover(family))
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show()
    plot.draw(chart("numpy/0/test/0", axis, value))
    qtbot.waitUntil(lambda: isinstance(plot._chart.inside, Canvas) and plot._chart.isVisible())
    qtbot.wait(50)
    canvas = plot._chart.inside
    assert isinstance(canvas, Canvas)
    (left, right), (bottom, top) = canvas.getPlotItem().getViewBox().viewRange()
    assert low <= bottom < value < top <= high
    # The epochs around a single one are whole numbers.
    labels = axis_ticks(EPOCHS, left, right, 5, lambda *_: True)[1]
    assert labels == ("0", "1", "2")


def test_runs_have_the_color_of_their_framework_and_a_shade(theme: Theme, qtbot: QtBot) -> None:
    from mnist_studio.gui.common.plots.canvas import Canvas

    parent = QWidget()
    qtbot.addWidget(parent)
    canvas = Canvas(theme, LineMarks(theme), Hover(family), parent)
    colors = set()
    for key in ("numpy/0/test/0", "numpy/1/test/0", "keras/0/test/0"):
        canvas.draw(chart(key, ACCURACY, 0.5, 0.6))
        (item,) = canvas._items.values()
        colors.add(item.item.opts["pen"].color().name())
    assert len(colors) == 3


def test_zooming_shows_every_point_of_a_long_line(theme: Theme, qtbot: QtBot) -> None:
    from mnist_studio.gui.common.plots.canvas import Canvas

    parent = QWidget()
    qtbot.addWidget(parent)
    canvas = Canvas(theme, LineMarks(theme), Hover(family), parent)
    canvas.draw(chart("numpy/0/batch/0", LOSS, *np.sin(np.arange(20_000.0))))
    (item,) = canvas._items.values()
    assert len(item.item.getData()[0]) < 1400
    box = canvas.getPlotItem().getViewBox()
    box.setRange(xRange=(100, 600), padding=0)
    box.sigRangeChangedManually.emit([True, True])
    visible = item.item.getData()[0]
    assert np.nanmin(visible) >= 98
    assert 500 <= np.isfinite(visible).sum() <= 504


def test_warming_up_a_hidden_canvas_moves_nothing(qtbot: QtBot, theme: Theme) -> None:
    from mnist_studio.gui.common.plots.canvas import Canvas

    page, hidden, shown = QWidget(), QWidget(), QWidget()
    qtbot.addWidget(page)
    inner = QVBoxLayout()
    whole = QVBoxLayout(page)
    whole.addLayout(inner)
    for part in (hidden, shown):
        part.setMinimumHeight(100)
        inner.addWidget(part, 1)
    QVBoxLayout(hidden).addWidget(QWidget())
    hidden.hide()
    page.resize(400, 400)
    page.show()
    before = shown.geometry()
    canvas = Canvas(theme, LineMarks(theme), Hover(family), hidden)
    canvas.hide()
    canvas.warm_up()
    assert shown.geometry() == before


def test_the_title_of_an_axis_lies_below_its_labels_from_the_start(
    theme: Theme, qtbot: QtBot
) -> None:
    from mnist_studio.gui.common.plots.axes import PlotAxis

    axis = PlotAxis("bottom")
    axis.show_spec(EPOCHS)
    axis.apply_theme(theme, grid=False)
    labels = QFontMetricsF(theme.font(11)).height()
    # The document of a title has a margin of four pixels around its text.
    assert axis.size().height() - axis.label.boundingRect().height() + 4 + 5 >= labels
