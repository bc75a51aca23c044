"""The file dialog of Qt, where the system has none."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.file_dialog import FileDialog


def test_the_buttons_are_inside_the_screen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    free = parent.screen().availableGeometry()
    parent.setGeometry(free.right() - 300, free.bottom() - 300, 300, 300)
    parent.show()
    dialog = FileDialog(parent, "Open image")
    dialog.setOption(FileDialog.Option.DontUseNativeDialog)
    dialog.show()
    assert free.contains(dialog.geometry())
    dialog.close()
