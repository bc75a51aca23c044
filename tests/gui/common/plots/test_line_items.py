"""Lines and symbols as few pyqtgraph items."""

import numpy as np
import pyqtgraph as pg
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.plots.line_items import PlacedLine, SymbolItem
from mnist_studio.gui.theme.marks import RunMark

NONE = np.empty(0)
MARKS = {"one": RunMark("#3366cc", (), "o"), "two": RunMark("#cc3333", (), "t", fill="#ffffff")}


def test_redrawing_adds_no_pictures_of_symbols(qtbot: QtBot) -> None:
    plot = pg.PlotWidget()
    qtbot.addWidget(plot)
    symbols = SymbolItem(plot, above=10)
    sizes = set()
    for length in range(2, 12):
        steps = np.arange(length, dtype=np.float64)
        lines = [PlacedLine(key, key, False, steps, steps, NONE, NONE) for key in MARKS]
        symbols.draw(lines, MARKS.__getitem__, 7)
        plot.grab()
        sizes.add(len(symbols.item.fragmentAtlas))
    assert sizes == {2}
