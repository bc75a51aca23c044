"""What the line plots show around few points."""

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.plots.line_plot import PlotLine
from mnist_studio.gui.theme.theme import Theme


@pytest.mark.parametrize(
    ("percent", "value", "low", "high"), [(True, 0.98, -0.03, 1.05), (False, 0.05, -0.1, 2.0)]
)
def test_a_single_point_shows_nothing_that_cannot_be(
    theme: Theme, qtbot: QtBot, percent: bool, value: float, low: float, high: float
) -> None:
    from mnist_studio.gui.common.plots.line_plot import LinePlot

    plot = LinePlot("Measure", theme, QWidget(), percent)
    qtbot.addWidget(plot)
    plot.resize(400, 200)
    plot.show()
    plot.draw([PlotLine("one", "One", "numpy", np.array([1.0]), np.array([value]), symbol="o")])
    qtbot.waitUntil(lambda: plot._canvas is not None and plot._canvas.isVisible())
    qtbot.wait(50)
    assert plot._canvas is not None
    bottom, top = plot._canvas.getPlotItem().getViewBox().viewRange()[1]
    assert low <= bottom < value < top <= high


def test_a_line_that_becomes_another_runs_is_drawn_as_that_run(theme: Theme, qtbot: QtBot) -> None:
    from mnist_studio.gui.common.plots.canvas import Canvas

    points = np.array([1.0, 2.0])
    parent = QWidget()
    qtbot.addWidget(parent)
    canvas = Canvas(theme, False, parent)
    colors = set()
    for framework, shade in (("numpy", 0), ("numpy", 1), ("keras", 0)):
        canvas.draw([PlotLine("one", "One", framework, points, points, shade=shade)])
        colors.add(canvas._items["one"].opts["pen"].color().name())
    assert len(colors) == 3
