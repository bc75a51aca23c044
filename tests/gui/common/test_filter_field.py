from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.filter_field import PLACEHOLDERS, FilterField


def test_other_widgets_leave_room_to_type(qtbot: QtBot) -> None:
    field = FilterField(lambda _: ())
    qtbot.addWidget(field)
    button = QPushButton("Columns")
    field.add(button)
    field.resize(700, 40)
    field.show()
    qtbot.waitUntil(lambda: button.x() > field.line.x() + field.line.width())
    field.resize(200, 80)
    qtbot.waitUntil(lambda: button.y() > field.line.y() + field.line.height())
    assert field.line.width() > 150
    field.resize(700, 40)
    qtbot.waitUntil(lambda: button.y() < field.line.y() + field.line.height())
    assert button.x() > field.line.x() + field.line.width()


def test_the_example_in_the_empty_field_is_never_cut_off(qtbot: QtBot) -> None:
    field = FilterField(lambda _: ())
    qtbot.addWidget(field)
    field.show()
    for width, example in zip((600, 240, 100), PLACEHOLDERS, strict=True):
        field.line.resize(width, 30)
        assert field.line.placeholderText() == example
