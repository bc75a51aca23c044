"""Ticks in tables can be seen, ticked or not, in light and dark."""

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.table import TableView
from mnist_studio.gui.common.table_model import RowsModel, TableColumn
from mnist_studio.gui.theme.theme import Choice, Theme


def colors(picture: QImage) -> set[str]:
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    return {QColor(picture.pixel(x, y)).name() for x, y in places}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ticks_are_drawn_in_the_colors_of_the_theme(
    scheme: Choice, qtbot: QtBot, qapp: QApplication
) -> None:
    theme = Theme(qapp, scheme)
    model: RowsModel[str] = RowsModel((TableColumn("Run", str),), str, checkable=True)
    table = TableView("Runs", theme, model)
    qtbot.addWidget(table)
    model.show(("", " "))
    model.check(frozenset({""}))
    table.resize(300, 160)
    table.grab()  # Until then nothing has its place.
    seen = table.viewport()
    pictures = [seen.grab(table.visualRect(model.index(row, 0))) for row in range(2)]
    ticked, plain = (colors(picture.toImage()) for picture in pictures)
    palette = theme.palette
    assert palette.accent.lower() in ticked
    assert palette.accent.lower() not in plain
    assert palette.secondary.lower() in plain
    theme.deleteLater()
