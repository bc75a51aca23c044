"""The check box that is painted by hand works and looks like one."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.check_box import BOX, EDGE, CheckBox, text_start
from mnist_studio.gui.theme.theme import Theme


def accents(box: CheckBox, theme: Theme) -> int:
    """Points of the box in the color of the accent."""
    picture, accent = box.grab().toImage(), QColor(theme.palette.accent)
    inside = range(EDGE, EDGE + BOX)
    height = range((box.height() - BOX) // 2, (box.height() + BOX) // 2)
    return sum(picture.pixelColor(x, y) == accent for x in inside for y in height)


def test_it_is_ticked_by_mouse_and_keyboard_and_filled_where_it_is_on(
    theme: Theme, qtbot: QtBot
) -> None:
    box = CheckBox("Softmax twice", theme)
    qtbot.addWidget(box)
    box.resize(box.sizeHint())
    box.show()
    assert accents(box, theme) == 0
    word = QPoint(text_start(theme) + 4, box.height() // 2)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=word)
    assert box.isChecked()
    assert accents(box, theme) > BOX * BOX // 2
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert not box.isChecked()


def test_it_has_room_for_its_word_and_a_finger(theme: Theme, qtbot: QtBot) -> None:
    box = CheckBox("Own optimizer constants, in the source", theme)
    qtbot.addWidget(box)
    words = box.fontMetrics().horizontalAdvance(box.text())
    assert box.sizeHint().width() >= text_start(theme) + words
    assert box.minimumSizeHint().height() >= 28
