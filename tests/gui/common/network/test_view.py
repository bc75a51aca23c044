"""Zoom and files of the picture of a network."""

import pytest
from PySide6.QtGui import QFont, QImage
from pytestqt.qtbot import QtBot

from mnist_studio.errors import UsageError
from mnist_studio.gui.common.network.view import picture_file
from mnist_studio.spec.recipes import RECIPES


def test_a_picture_is_saved_as_svg_and_png(qtbot: QtBot) -> None:
    model, font = RECIPES["tiny-10"].model, QFont()
    assert b"7,850 parameters" in picture_file(model, "tiny", ".svg", font)
    image = QImage.fromData(picture_file(model, "tiny", ".png", font))
    assert image.width() > 400
    assert image.pixelColor(0, 0).name() == "#ffffff"
    with pytest.raises(UsageError, match=r"as a \.gif file"):
        picture_file(model, "tiny", ".gif", font)
