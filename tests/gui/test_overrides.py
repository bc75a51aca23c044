"""Exceptions of C code in methods that Qt calls."""

import pytest
from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken


class NoNumber(QWidget):
    def sizeHint(self) -> QSize:
        return QSize(int("no number"), 1)


class Deleted(QWidget):
    def sizeHint(self) -> QSize:
        gone = QObject()
        Shiboken.delete(gone)
        return QSize(len(gone.objectName()), 1)


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        (NoNumber, ValueError, "invalid literal for int"),
        (Deleted, RuntimeError, "already deleted"),
    ],
)
def test_it_is_raised_and_does_not_crash(
    qtbot: QtBot, kind: type[QWidget], error: type[Exception], reason: str
) -> None:
    widget = kind()
    qtbot.addWidget(widget)
    with pytest.raises(error, match=reason):
        widget.adjustSize()
