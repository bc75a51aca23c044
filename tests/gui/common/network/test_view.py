"""Zoom and files of the picture of a network."""

import pytest
from PySide6.QtGui import QFont, QImage
from pytestqt.qtbot import QtBot

from mnist_studio.errors import UsageError
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.common.network.picture import NetworkPicture
from mnist_studio.gui.common.network.view import NetworkView, picture_file
from mnist_studio.spec.recipes import RECIPES
from tests.analysis.test_network_layout import DEEP


def test_a_picture_is_saved_as_svg_and_png(qtbot: QtBot) -> None:
    model, font = RECIPES["tiny-10"].model, QFont()
    assert b"7,850 parameters" in picture_file(model, "tiny", ".svg", font)
    image = QImage.fromData(picture_file(model, "tiny", ".png", font))
    assert image.width() > 400
    assert image.pixelColor(0, 0).name() == "#ffffff"
    with pytest.raises(UsageError, match=r"as a \.gif file"):
        picture_file(model, "tiny", ".gif", font)


def test_a_picture_fits_whatever_the_room(window: MainWindow, qtbot: QtBot) -> None:
    view = NetworkView(window.studio, NetworkPicture(window.theme))
    qtbot.addWidget(view)
    view.show_model(DEEP, "deep")
    view.resize(640, 480)
    view.show()
    view.fit()
    # Rooms in which a scroll bar would change what fits: Qt would add and remove it forever.
    for width in range(560, 660, 7):
        view.resize(width, 480)
        qtbot.waitUntil(lambda: _fits(view))
    view.zoom_in()
    view.zoom_in()
    assert view.picture.height() > view.area.viewport().height()
    layout = view.picture.picture
    assert layout is not None
    assert layout.width * view.picture.scale <= view.picture.width()
    assert view.picture.width() <= view.area.viewport().width()


def _fits(view: NetworkView) -> bool:
    picture, room = view.picture.size(), view.area.maximumViewportSize()
    return picture.height() <= room.height() and picture.width() <= room.width()
