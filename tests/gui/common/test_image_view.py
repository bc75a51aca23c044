"""An image, or a frame where there is none yet."""

import numpy as np
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.image_view import ImageView
from mnist_studio.gui.theme.theme import Theme


def test_no_image_does_not_look_like_a_black_one(qtbot: QtBot, theme: Theme) -> None:
    view = ImageView(theme, "Image", 28)
    qtbot.addWidget(view)
    view.resize(28, 28)
    assert view.grab().toImage().pixelColor(14, 14) == QColor(theme.palette.hover)
    view.show_image(np.zeros((28, 28), np.uint8))
    assert view.grab().toImage().pixelColor(14, 14) == QColor("black")
